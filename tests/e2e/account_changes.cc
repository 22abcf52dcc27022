// People and sessions: a user's own data, and its end.
#include <gtest/gtest.h>

#include "support/accounts.h"
#include "support/money.h"

using namespace stagedoor::testing;

namespace {

Response change(const User& user, const std::string& body) {
  return patch(path_of(user), body, as(user));
}

Response delete_user(const User& user, const std::string& password = kPassword) {
  return send({"DELETE",
               "/api/v1" + path_of(user),
               {bearer(user.token), {"Content-Type", "application/json"}},
               "{\"password\":" + json_text(password) + "}"});
}

// One with a place in the line of the concert, let in.
Fan new_fan(const Json& concert, const Account& account) { return admitted(concert, account.user); }

std::string column(const User& user, const std::string& sql) {
  return Installation::shared().query_value("SELECT " + sql +
                                            " FROM users WHERE user_id = " + in_sql(user.user_id));
}

}  // namespace

TEST(AUser, KnowsRoleLanguageAndWhetherTheAddressIsVerified) {
  const Account account = new_account();
  const Json user = get(path_of(account.user), as(account.user)).json();
  EXPECT_EQ(user["role"].text(), "user");
  EXPECT_EQ(user["language"].text(), "ko");
  EXPECT_FALSE(user["email_verified"].boolean());
}

TEST(ChangingAUser, ChangesWhatIsNamedAlone) {
  const Account account = new_account();
  const Response renamed = change(account.user, R"({"name":"Another Name"})");
  ASSERT_EQ(renamed.status, 200) << renamed;
  EXPECT_EQ(renamed.json()["name"].text(), "Another Name");
  EXPECT_EQ(renamed.json()["language"].text(), "ko");
  EXPECT_EQ(renamed.json()["email"].text(), account.email);
  EXPECT_EQ(change(account.user, R"({"language":"en"})").json()["language"].text(), "en");
  EXPECT_EQ(change(account.user, "{}").json()["name"].text(), "Another Name");
  EXPECT_EQ(get(path_of(account.user), as(account.user)).json()["name"].text(), "Another Name");
}

TEST(ChangingAUser, RefusesWhatIsWrong) {
  const Account account = new_account();
  expect_invalid(change(account.user, R"({"name":"","email":"x","language":"fr","role":"admin"})"),
                 {"name", "email", "language", "role"});
  expect_problem(patch(path_of(account.user), "{}", as(new_user())), 403, "forbidden");
  expect_problem(patch(path_of(account.user), "{}", as_admin()), 403, "forbidden");
  expect_problem(patch("/users/nobody", "{}", as(account.user)), 404, "not_found");
}

TEST(DeletingAnAccount, ErasesWhoTheUserWas) {
  const Account account = new_account();
  EXPECT_EQ(delete_user(account.user).status, 204);
  EXPECT_EQ(column(account.user, "CONCAT_WS('|', 'x', name, email, email_key, password_hash)"),
            "x");
  expect_problem(sign_in(account.email), 401, "bad_credentials");
  EXPECT_EQ(letters_of("email_verification", account.email), 0U);
  wait_until_ends_are_known();
  EXPECT_FALSE(is_signed_in(account.user));
  const Json seen = get(path_of(account.user), as_admin()).json();
  EXPECT_TRUE(seen["name"].is_null());
  EXPECT_TRUE(seen["email"].is_null());
  EXPECT_EQ(sign_up(account.email).status, 201) << "the address is free again";
}

TEST(DeletingAnAccount, TakesNoMoneyAnyMore) {
  const Account account = new_account();
  ASSERT_EQ(delete_user(account.user).status, 204);
  // Before every process knows that the session has ended.
  expect_problem(charge(account.user, 1'000), 401, "unauthenticated");
  EXPECT_EQ(column(account.user, "balance"), "0");
}

TEST(DeletingAnAccount, LeavesTheLines) {
  const Json concert = create_concert({.settings = {{"max_active", 1}}});
  const Account account = new_account();
  const Json first = joined(account.user, concert);
  const Json second = joined(new_user(), concert);
  ASSERT_EQ(delete_user(account.user).status, 204);
  EXPECT_EQ(state_of(first)["expired_reason"].text(), "LEFT");
  EXPECT_TRUE(becomes(second, "ACTIVE"));
}

TEST(DeletingAnAccount, NeedsThePasswordAndIsForThatUserAlone) {
  const Account account = new_account();
  expect_problem(delete_user(account.user, "not the password"), 401, "bad_credentials");
  expect_invalid(delete_user(account.user, ""), {"password"});
  expect_problem(delete_user({account.user.user_id, new_user().token}), 403, "forbidden");
  expect_problem(delete_user({account.user.user_id, admin_token()}), 403, "forbidden");
  expect_problem(delete_user(new_user()), 401, "bad_credentials");
  EXPECT_TRUE(is_signed_in(account.user));
}

TEST(DeletingAnAccount, IsRefusedWhileThereIsMoney) {
  const Account account = new_account();
  charge(account.user, 1'000);
  expect_problem(delete_user(account.user), 409, "account_in_use");
}

TEST(DeletingAnAccount, IsRefusedWhileThereIsAHoldOrATicketOfADateToCome) {
  const Json concert = create_concert(hall(10));
  const Account account = new_account();
  const Fan fan = new_fan(concert, account);
  const Json hold = held(fan, date_of(concert), {1});
  expect_problem(delete_user(account.user), 409, "account_in_use");
  fund({account.user}, kSeatPrice);
  paid_by(fan, hold);
  ASSERT_EQ(balance_of(account.user), 0);
  expect_problem(delete_user(account.user), 409, "account_in_use");
  Installation::shared().query(
      "UPDATE dates SET starts_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR"
      " WHERE concert_id = " +
      id_of(concert));
  EXPECT_EQ(delete_user(account.user).status, 204);
}

TEST(AnExport, HoldsAllThatIsStored) {
  const Json concert = create_concert(hall(10));
  const Account account = new_account();
  const Fan fan = new_fan(concert, account);
  charge(account.user, kSeatPrice, "my-key");
  const Json payment = paid_by(fan, held(fan, date_of(concert), {3}));
  const Response response = get(path_of(account.user, "/export"), as(account.user));
  ASSERT_EQ(response.status, 200) << response;
  const Json all = response.json();
  EXPECT_EQ(all["user"]["email"].text(), account.email);
  EXPECT_EQ(all["balance"].integer(), 0);
  EXPECT_EQ(all["ledger"].items().size(), 2U);
  EXPECT_EQ(all["places"].items().size(), 1U);
  EXPECT_EQ(all["reservations"].items().size(), 1U);
  EXPECT_EQ(all["payments"][0]["payment_id"].text(), payment["payment_id"].text());
  EXPECT_EQ(all["letters"][0]["kind"].text(), "email_verification");
  EXPECT_EQ(all["idempotency_keys"].items().size(), 2U);
  EXPECT_EQ(response.body.find("argon2"), std::string::npos);
}

TEST(AnExport, GoesOnBehindAPage) {
  const Account account = new_account();
  for (int i = 0; i < 105; ++i) charge(account.user, 1);
  const Json all = get(path_of(account.user, "/export"), as(account.user)).json();
  EXPECT_EQ(all["ledger"].items().size(), 105U);
}

TEST(AnExport, IsForThatUserAlone) {
  const Account account = new_account();
  expect_problem(get(path_of(account.user, "/export"), as(new_user())), 403, "forbidden");
  expect_problem(get(path_of(account.user, "/export"), as_admin()), 403, "forbidden");
  expect_problem(get("/users/nobody/export", as(account.user)), 404, "not_found");
}
