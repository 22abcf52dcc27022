// People and sessions: sign-out, the end of all sessions, a changed password.
#include <gtest/gtest.h>

#include "support/accounts.h"

using namespace stagedoor::testing;

namespace {

constexpr const char* kNewPassword = "a better horse battery";

std::string change_body(const std::string& current, const std::string& password) {
  return "{\"current_password\":" + json_text(current) + ",\"password\":" + json_text(password) +
         "}";
}

Response change_password(const User& user, const std::string& current,
                         const std::string& password) {
  return put(path_of(user, "/password"), change_body(current, password), as(user));
}

// As many as there are processes of `authorize`, and more: each of them refuses.
void expect_signed_out(const User& user) {
  for (int i = 0; i < 20; ++i) {
    expect_problem(get(path_of(user), as(user)), 401, "unauthenticated");
  }
}

}  // namespace

TEST(SigningOut, EndsThisSessionEverywhereAndNoOther) {
  const Account account = new_account();
  const User other = another_session(account);
  ASSERT_TRUE(is_signed_in(account.user));
  EXPECT_EQ(del("/sessions/current", as(account.user)).status, 204);
  wait_until_ends_are_known();
  expect_signed_out(account.user);
  expect_problem(del("/sessions/current", as(account.user)), 401, "unauthenticated");
  EXPECT_TRUE(is_signed_in(other));
  EXPECT_TRUE(is_signed_in(another_session(account)));
}

TEST(SigningOut, EndsAMintedTokenToo) {
  const User user = new_user();
  EXPECT_EQ(del("/sessions/current", as(user)).status, 204);
  wait_until_ends_are_known();
  expect_signed_out(user);
}

TEST(EndingAllSessions, EndsThoseThatWereIssuedBeforeAndNoLaterOne) {
  const Account account = new_account();
  const User other = another_session(account);
  EXPECT_EQ(del(path_of(account.user, "/sessions"), as(other)).status, 204);
  const User later = another_session(account);
  wait_until_ends_are_known();
  expect_signed_out(account.user);
  expect_signed_out(other);
  EXPECT_TRUE(is_signed_in(later));
}

TEST(EndingAllSessions, IsForThatUserAndForAdmins) {
  const Account account = new_account();
  const std::string path = path_of(account.user, "/sessions");
  expect_problem(del(path, as(new_user())), 403, "forbidden");
  expect_problem(del("/users/00000000-0000-4000-8000-000000000000/sessions", as_admin()), 404,
                 "not_found");
  EXPECT_EQ(del(path, as_admin()).status, 204);
  wait_until_ends_are_known();
  expect_signed_out(account.user);
}

TEST(ChangingThePassword, EndsAllOtherSessionsAndKeepsThisOne) {
  const Account account = new_account();
  const User other = another_session(account);
  ASSERT_EQ(change_password(account.user, kPassword, kNewPassword).status, 204);
  const Response later = sign_in(account.email, kNewPassword);
  ASSERT_EQ(later.status, 201) << later;
  expect_problem(sign_in(account.email, kPassword), 401, "bad_credentials");
  wait_until_ends_are_known();
  expect_signed_out(other);
  EXPECT_TRUE(is_signed_in(account.user));
  EXPECT_TRUE(is_signed_in({account.user.user_id, later.json()["access_token"].text()}));

  ASSERT_EQ(change_password(account.user, kNewPassword, kPassword).status, 204);
  wait_until_ends_are_known();
  expect_signed_out({account.user.user_id, later.json()["access_token"].text()});
  EXPECT_TRUE(is_signed_in(account.user));
}

TEST(ChangingThePassword, NeedsTheCurrentOneAndAGoodNewOne) {
  const Account account = new_account();
  expect_problem(change_password(account.user, "not the password", kNewPassword), 401,
                 "bad_credentials");
  expect_invalid(change_password(account.user, kPassword, "too short"), {"password"});
  expect_invalid(change_password(account.user, kPassword, "Password123"), {"password"});
  expect_invalid(change_password(account.user, kPassword, account.email), {"password"});
  expect_invalid(put(path_of(account.user, "/password"), "{}", as(account.user)),
                 {"current_password", "password"});
  EXPECT_EQ(sign_in(account.email).status, 201);
}

TEST(ChangingThePassword, IsForThatUserAloneAndNeedsAPassword) {
  const Account account = new_account();
  const std::string body = change_body(kPassword, kNewPassword);
  const std::string path = path_of(account.user, "/password");
  expect_problem(put(path, body, as(new_user())), 403, "forbidden");
  expect_problem(put(path, body, as_admin()), 403, "forbidden");
  const User minted = new_user();
  expect_problem(change_password(minted, kPassword, kNewPassword), 401, "bad_credentials");
}
