// People and sessions: passwords that are guessed, and those that are not worth guessing.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/accounts.h"

using namespace stagedoor::testing;

namespace {

constexpr int kWrongMax = 10;

void guess_until_refused(const std::string& email) {
  for (int i = 0; i < kWrongMax; ++i) {
    expect_problem(sign_in(email, "guess " + std::to_string(i)), 401, "bad_credentials");
  }
}

int retry_after(const Response& response) { return std::stoi(response.header("Retry-After")); }

}  // namespace

TEST(GuessingAPassword, IsRefusedAfterTenAlsoWithTheRightOne) {
  const Account account = new_account();
  guess_until_refused(account.email);
  expect_problem(sign_in(account.email, "one more guess"), 429, "too_many_attempts");
  expect_problem(sign_in(account.email), 429, "too_many_attempts");
  EXPECT_TRUE(is_signed_in(account.user)) << "who is signed in stays so";
  EXPECT_EQ(sign_in(new_account().email).status, 201) << "others are not touched";
}

TEST(GuessingAPassword, HasToWaitLongerEachTime) {
  const Account account = new_account();
  guess_until_refused(account.email);
  const int first = retry_after(sign_in(account.email));
  const int second = retry_after(sign_in(account.email));
  const int third = retry_after(sign_in(account.email));
  EXPECT_GE(first, 1);
  EXPECT_GT(second, first);
  EXPECT_GT(third, second);
}

TEST(GuessingAPassword, TellsNotWhetherThereIsSuchAnAccount) {
  const std::string known = new_account().email;
  const std::string unknown = new_email();
  guess_until_refused(known);
  guess_until_refused(unknown);
  const Response of_known = sign_in(known);
  const Response of_unknown = sign_in(unknown);
  expect_problem(of_known, 429, "too_many_attempts");
  expect_problem(of_unknown, 429, "too_many_attempts");
  EXPECT_EQ(of_known.header("Retry-After"), of_unknown.header("Retry-After"));
  for (const std::string& member : of_known.json().names()) {
    if (member == "request_id") continue;
    EXPECT_EQ(of_known.json()[member], of_unknown.json()[member]) << member;
  }
}

TEST(GuessingAPassword, CountsForTheAccountHoweverItsAddressIsWritten) {
  const Account account = new_account();
  std::string upper = account.email;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (int i = 0; i < kWrongMax; ++i) sign_in(i % 2 == 0 ? account.email : upper, "a guess");
  expect_problem(sign_in(account.email), 429, "too_many_attempts");
}

TEST(GuessingAPassword, IsCountedWhereTheOwnPasswordIsAskedForToo) {
  const Account account = new_account();
  const User& user = account.user;
  const std::string wrong = R"({"password":"a wrong one"})";
  for (int i = 0; i < kWrongMax; ++i) {
    expect_problem(send({"DELETE",
                         "/api/v1" + path_of(user),
                         {bearer(user.token), {"Content-Type", "application/json"}},
                         wrong}),
                   401, "bad_credentials");
  }
  expect_problem(send({"DELETE",
                       "/api/v1" + path_of(user),
                       {bearer(user.token), {"Content-Type", "application/json"}},
                       R"({"password":"correct horse battery"})"}),
                 429, "too_many_attempts");
  expect_problem(
      put(path_of(user, "/password"),
          R"({"current_password":"correct horse battery","password":"another one"})", as(user)),
      429, "too_many_attempts");
  expect_problem(sign_in(account.email), 429, "too_many_attempts");
}

TEST(ACommonPassword, IsRefused) {
  for (const char* password : {"1234567890", "PASSWORD123", "qwertyuiop", "iloveyou123"}) {
    SCOPED_TRACE(password);
    expect_invalid(sign_up(new_email(), password), {"password"});
  }
}

TEST(AnAddress, IsNoPassword) {
  expect_invalid(sign_up("Mina@Example.org", "Mina@Example.org"), {"password"});
  expect_invalid(sign_up("Mina@Example.org", "mina@example.ORG"), {"password"});
}

TEST(NamesAndAddresses, AreNormalised) {
  const std::string decomposed = "Zoe\u0308";
  const Response response =
      post("/users", sign_up_body(decomposed, "zoe\u0308@example.org", kPassword));
  ASSERT_EQ(response.status, 201) << response;
  EXPECT_EQ(response.json()["name"].text(), "Zo\u00EB");
  EXPECT_EQ(sign_in("zo\u00EB@example.org").status, 201);
  EXPECT_EQ(sign_in("zoe\u0308@example.org").status, 201);
  expect_problem(sign_up("zo\u00EB@example.org"), 409, "email_taken");
}

TEST(NamesAndAddresses, HaveNoControlCharactersAndTurnNoDirection) {
  for (const char* point : {"\u202E", "\u2066", "\u200F", "\u0085", "\u2028"}) {
    const std::string text = std::string("a") + point + "b";
    expect_invalid(post("/users", sign_up_body(text, text + "@example.org", kPassword)),
                   {"name", "email"});
  }
}
