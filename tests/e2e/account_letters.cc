// People and sessions: what a link in a letter does.
#include <gtest/gtest.h>

#include <fstream>

#include "support/accounts.h"
#include "support/queue.h"

using namespace stagedoor::testing;

namespace {

constexpr const char* kNewPassword = "a better horse battery";
constexpr const char* kReset = "password_reset";
constexpr const char* kVerification = "email_verification";

Response ask_for_reset(const std::string& email) {
  return post("/password-resets", "{\"email\":" + json_text(email) + "}");
}

Response reset(const std::string& token, const std::string& password = kNewPassword) {
  return post("/password-resets/" + token, "{\"password\":" + json_text(password) + "}");
}

Response verify(const std::string& token) { return post("/email-verifications/" + token, "{}"); }

Response change_email(const User& user, const std::string& email) {
  return patch(path_of(user), "{\"email\":" + json_text(email) + "}", as(user));
}

void age_links() {
  Installation::shared().query("UPDATE account_links SET expires_at = UTC_TIMESTAMP(6)");
}

}  // namespace

TEST(APasswordReset, SetsThePasswordOnceAndEndsAllSessions) {
  const Account account = new_account();
  EXPECT_EQ(ask_for_reset(account.email).status, 202);
  const std::string token = token_in_letter(kReset, account.email);
  EXPECT_EQ(reset(token).status, 204);
  EXPECT_EQ(sign_in(account.email, kNewPassword).status, 201);
  expect_problem(sign_in(account.email, kPassword), 401, "bad_credentials");
  expect_problem(reset(token, "the link works only once"), 410, "link_expired");
  EXPECT_EQ(sign_in(account.email, kNewPassword).status, 201);
  wait_until_ends_are_known();
  EXPECT_FALSE(is_signed_in(account.user));
}

TEST(APasswordReset, ShowsThatTheAddressIsTheUsers) {
  const Account account = new_account();
  EXPECT_FALSE(get(path_of(account.user), as(account.user)).json()["email_verified"].boolean());
  ask_for_reset(account.email);
  reset(token_in_letter(kReset, account.email));
  const User later{account.user.user_id,
                   sign_in(account.email, kNewPassword).json()["access_token"].text()};
  EXPECT_TRUE(get(path_of(later), as(later)).json()["email_verified"].boolean());
}

TEST(APasswordReset, LetsInWhoGuessedTooOften) {
  const Account account = new_account();
  for (int i = 0; i < 11; ++i) sign_in(account.email, "a wrong one");
  expect_problem(sign_in(account.email), 429, "too_many_attempts");
  ask_for_reset(account.email);
  EXPECT_EQ(reset(token_in_letter(kReset, account.email)).status, 204);
  EXPECT_EQ(sign_in(account.email, kNewPassword).status, 201);
}

TEST(APasswordReset, AnswersTheSameForAnUnknownAddressAndWritesNoLetter) {
  const Account account = new_account();
  const std::string unknown = new_email();
  const Response of_known = ask_for_reset(account.email);
  const Response of_unknown = ask_for_reset(unknown);
  EXPECT_EQ(of_known.status, 202);
  EXPECT_EQ(of_unknown.status, 202);
  EXPECT_EQ(of_known.body, of_unknown.body);
  EXPECT_EQ(letters_of(kReset, account.email), 1U);
  EXPECT_EQ(letters_of(kReset, unknown), 0U);
}

// Whoever asks: a mailbox is not to be flooded.
TEST(APasswordReset, WritesThreeLettersToAnAddressAndThenNone) {
  const Account account = new_account();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask_for_reset(account.email).status, 202);
  EXPECT_EQ(letters_of(kReset, account.email), 3U);
}

TEST(APasswordReset, ExpiresAndEndsWithAnotherOne) {
  const Account account = new_account();
  ask_for_reset(account.email);
  const std::string first = token_in_letter(kReset, account.email);
  ask_for_reset(account.email);
  const std::string second = token_in_letter(kReset, account.email);
  EXPECT_NE(first, second);
  EXPECT_EQ(reset(second).status, 204);
  expect_problem(reset(first), 410, "link_expired");

  ask_for_reset(account.email);
  age_links();
  expect_problem(reset(token_in_letter(kReset, account.email)), 410, "link_expired");
}

TEST(APasswordReset, RefusesBadPasswordsAndKeepsTheLink) {
  const Account account = new_account();
  ask_for_reset(account.email);
  const std::string token = token_in_letter(kReset, account.email);
  expect_invalid(reset(token, "short"), {"password"});
  expect_invalid(reset(token, "Password123"), {"password"});
  expect_invalid(reset(token, account.email), {"password"});
  expect_invalid(post("/password-resets/" + token, "{}"), {"password"});
  EXPECT_EQ(reset(token).status, 204);
}

TEST(ALink, IsGoodForWhatItWasSentForAlone) {
  const Account account = new_account();
  ask_for_reset(account.email);
  expect_problem(reset(token_in_letter(kVerification, account.email)), 410, "link_expired");
  expect_problem(verify(token_in_letter(kReset, account.email)), 410, "link_expired");
  for (const char* garbage : {"x", "AAAA", "a%2eb", "00000000-0000-4000-8000-000000000000"}) {
    expect_problem(reset(garbage), 410, "link_expired");
    expect_problem(verify(garbage), 410, "link_expired");
  }
}

TEST(ALink, StandsInNoLogAndNowhereInTheDatabase) {
  const Account account = new_account();
  ask_for_reset(account.email);
  const std::string token = token_in_letter(kReset, account.email);
  expect_problem(reset(token, "short"), 422, "validation_failed");
  ASSERT_TRUE(eventually(std::chrono::seconds(60), [] {
    return Installation::shared().log("nginx.access.log").find("/password-resets/\"") !=
           std::string::npos;
  }));
  for (const char* name : {"reset_password.log", "nginx.access.log", "nginx.error.log"}) {
    EXPECT_EQ(Installation::shared().log(name).find(token), std::string::npos) << name;
  }
  for (const Row& row : Installation::shared().query("SELECT data FROM letters")) {
    EXPECT_EQ(row[0].find(token), std::string::npos);
  }
}

TEST(AnEMailVerification, MakesTheAddressCount) {
  const Account account = new_account();
  const std::string token = token_in_letter(kVerification, account.email);
  EXPECT_EQ(verify(token).status, 204);
  EXPECT_TRUE(get(path_of(account.user), as(account.user)).json()["email_verified"].boolean());
  expect_problem(verify(token), 410, "link_expired");
}

TEST(AnEMailVerification, ExpiresAndIsSentAgainWhenAskedFor) {
  const Account account = new_account();
  age_links();
  expect_problem(verify(token_in_letter(kVerification, account.email)), 410, "link_expired");
  EXPECT_EQ(change_email(account.user, account.email).status, 200);
  EXPECT_EQ(verify(token_in_letter(kVerification, account.email)).status, 204);
  EXPECT_EQ(change_email(account.user, account.email).status, 200);
  EXPECT_EQ(letters_of(kVerification, account.email), 2U) << "none for an address that counts";
}

TEST(ANewAddress, CountsOnceItIsVerified) {
  const Account account = new_account();
  const std::string other = new_email();
  const Response changed = change_email(account.user, other);
  ASSERT_EQ(changed.status, 200) << changed;
  EXPECT_EQ(changed.json()["email"].text(), account.email);
  EXPECT_EQ(sign_in(account.email).status, 201);
  expect_problem(sign_in(other), 401, "bad_credentials");

  EXPECT_EQ(verify(token_in_letter(kVerification, other)).status, 204);
  const Json user = get(path_of(account.user), as(account.user)).json();
  EXPECT_EQ(user["email"].text(), other);
  EXPECT_TRUE(user["email_verified"].boolean());
  EXPECT_EQ(sign_in(other).status, 201);
  expect_problem(sign_in(account.email), 401, "bad_credentials");
}

TEST(ANewAddress, EndsTheLinksThatWereSentToTheOldOne) {
  const Account account = new_account();
  ask_for_reset(account.email);
  const std::string other = new_email();
  change_email(account.user, other);
  verify(token_in_letter(kVerification, other));
  expect_problem(reset(token_in_letter(kReset, account.email)), 410, "link_expired");
}

TEST(ANewAddress, OfAnotherAccountIsRefusedAlsoWhenItWasFasterWithTheLink) {
  const Account first = new_account();
  const Account second = new_account();
  expect_problem(change_email(first.user, second.email), 409, "email_taken");

  const std::string wanted = new_email();
  EXPECT_EQ(change_email(first.user, wanted).status, 200);
  const std::string token_of_first = token_in_letter(kVerification, wanted);
  EXPECT_EQ(change_email(second.user, wanted).status, 200);
  EXPECT_EQ(verify(token_in_letter(kVerification, wanted)).status, 204);
  expect_problem(verify(token_of_first), 409, "email_taken");
  EXPECT_EQ(get(path_of(first.user), as(first.user)).json()["email"].text(), first.email);
}

TEST(ANewAddress, GetsThreeLettersAndThenNoMore) {
  const std::string victim = new_email();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(change_email(new_account().user, victim).status, 200);
  expect_problem(change_email(new_account().user, victim), 429, "too_many_attempts");
  EXPECT_EQ(letters_of(kVerification, victim), 3U);
}

// A setting that is taken back at the end.
class WhereVerifiedAddressesAreAskedFor : public ::testing::Test {
 protected:
  void SetUp() override { configure("STAGEDOOR_VERIFIED_EMAIL=on\n"); }
  void TearDown() override { configure(""); }

 private:
  static void configure(const std::string& settings) {
    Installation& here = Installation::shared();
    std::ofstream(here.home() / "stagedoor.conf") << settings;
    ASSERT_EQ(here.run({"up"}).exit_code, 0);
  }
};

TEST_F(WhereVerifiedAddressesAreAskedFor, NobodyJoinsWithoutOne) {
  const Json concert = create_concert();
  const Account account = new_account();
  expect_problem(join(account.user, concert), 403, "email_unverified");
  expect_problem(join(new_user(), concert), 403, "email_unverified");
  EXPECT_EQ(verify(token_in_letter(kVerification, account.email)).status, 204);
  EXPECT_EQ(join(account.user, concert).status, 201);
}
