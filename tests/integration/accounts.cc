#include "people/accounts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "integration/database.h"
#include "password/password.h"
#include "people/access_snapshot.h"
#include "people/attempts.h"
#include "people/housekeeping.h"
#include "people/passwords.h"
#include "support/concurrency.h"

namespace stagedoor::integration {
namespace {

const std::string kPassword = "correct horse battery";

class Accounts : public ::testing::Test {
 protected:
  [[nodiscard]] people::NewUser user(const std::string& email) const {
    static const std::string kHash = password::hash(kPassword);
    return {"A Fan", email, kHash};
  }

  db::Connection database_{database_config()};
};

}  // namespace

TEST_F(Accounts, AUserIsFoundByHisAddressInAnyCase) {
  const std::string name = new_name();
  const auto id = people::create_user(database_, user(name + "@Example.ORG"));
  ASSERT_TRUE(id);
  const auto found = people::sign_in(database_, name + "@eXample.org", kPassword);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, *id);
  EXPECT_FALSE(people::sign_in(database_, name + "@example.com", kPassword));
}

TEST_F(Accounts, AUserOfAnOutsideProviderHasNoCredentials) {
  const std::string email = new_name() + "@example.org";
  database_.execute(
      "INSERT INTO users (user_id, email, email_key, created_at) VALUES (?, ?, ?, SYSDATE(6))",
      UserId::make(), email, email);
  EXPECT_FALSE(people::sign_in(database_, email, ""));
}

TEST_F(Accounts, AnAddressHasOneAccount) {
  const std::string name = new_name();
  ASSERT_TRUE(people::create_user(database_, user(name + "@example.org")));
  const auto again = people::create_user(database_, user(name + "@EXAMPLE.org"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().refusal, Refusal::kEmailTaken);
}

TEST_F(Accounts, AddressesThatMerelyLookAlikeAreDifferent) {
  const std::string name = new_name();
  for (const char* letter : {"a", "\xc3\xa4", "\xc3\xa1", "\xef\xbd\x81"}) {
    EXPECT_TRUE(people::create_user(database_, user(name + letter + "@example.org"))) << letter;
  }
}

TEST_F(Accounts, OfThirtyTwoThatSignUpAtOnceWithOneAddressOneWins) {
  constexpr std::size_t kRacers = 32;
  const std::string name = new_name();
  std::vector<std::unique_ptr<db::Connection>> connections;
  for (std::size_t i = 0; i < kRacers; ++i) {
    connections.push_back(std::make_unique<db::Connection>(database_config()));
    ASSERT_TRUE(connections.back()->ping());
  }
  const auto won = testing::parallel(kRacers, kRacers, [&](std::size_t i) {
    const std::string email = name + (i % 2 == 0 ? "@example.org" : "@Example.Org");
    const auto outcome = people::create_user(*connections[i], user(email));
    EXPECT_TRUE(outcome || outcome.error().refusal == Refusal::kEmailTaken);
    return outcome.ok() ? 1 : 0;
  });
  EXPECT_EQ(std::count(won.begin(), won.end(), 1), 1);
  int rows = 0;
  database_.query("SELECT COUNT(*) FROM users WHERE email_key = ?", name + "@example.org")
      .read_first(rows);
  EXPECT_EQ(rows, 1);
}

// What the attack did: one connection each, all at once, against one account.
TEST_F(Accounts, OfAHundredGuessesAtOnceTenAreLookedAt) {
  constexpr std::size_t kGuesses = 100;
  const std::string email = new_name() + "@example.org";
  ASSERT_TRUE(people::create_user(database_, user(email)));
  const auto refused = testing::parallel(kGuesses, 16, [&](std::size_t i) {
    db::Connection database{database_config()};
    const auto outcome = people::sign_in(database, email, "guess " + std::to_string(i));
    EXPECT_FALSE(outcome);
    return outcome.error().refusal;
  });
  EXPECT_LE(std::count(refused.begin(), refused.end(), Refusal::kBadCredentials), 10);
  const auto right = people::sign_in(database_, email, kPassword);
  ASSERT_FALSE(right);
  EXPECT_EQ(right.error().refusal, Refusal::kTooManyAttempts);
}

TEST_F(Accounts, ARightPasswordCountsForNothing) {
  const std::string email = new_name() + "@example.org";
  ASSERT_TRUE(people::create_user(database_, user(email)));
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(people::sign_in(database_, email, kPassword)) << i;
}

TEST_F(Accounts, AttemptsAreForgottenAfterAQuarterOfAnHour) {
  const std::string email = new_name() + "@example.org";
  ASSERT_TRUE(people::create_user(database_, user(email)));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(people::sign_in(database_, email, "wrong"));
  EXPECT_FALSE(people::sign_in(database_, email, kPassword));
  database_.execute("UPDATE account_attempts SET at = at - INTERVAL 15 MINUTE");
  EXPECT_TRUE(people::sign_in(database_, email, kPassword));
  EXPECT_GE(people::prune_accounts(database_), 11);
  int left = 0;
  database_.query("SELECT COUNT(*) FROM account_attempts").read_first(left);
  EXPECT_EQ(left, 0);
}

class Sessions : public Accounts {
 protected:
  void SetUp() override { people::ensure_user(database_, user_id_); }

  [[nodiscard]] people::Session session(std::chrono::seconds age = {}) {
    const Time now = database_.now();
    return {user_id_, SessionKey::make(), now - age, now + std::chrono::hours{1}};
  }
  // Until what is older than a second is read anew.
  static void wait_for_the_next_look() { std::this_thread::sleep_for(std::chrono::seconds{1}); }

  UserId user_id_ = UserId::make();
  people::AccessSnapshot access_{database_, std::chrono::days{1}};
};

TEST_F(Sessions, OneIsEndedAlone) {
  const people::Session one = session();
  const people::Session other = session();
  EXPECT_FALSE(access_.has_ended(one));
  people::end_session(database_, one);
  wait_for_the_next_look();
  EXPECT_TRUE(access_.has_ended(one));
  EXPECT_FALSE(access_.has_ended(other));
  people::end_session(database_, one);
}

TEST_F(Sessions, AllOfAUserAreEndedAndLaterOnesAreNot) {
  const people::Session before = session();
  people::Session of_another = before;
  of_another.user_id = UserId::make();
  EXPECT_FALSE(access_.has_ended(before));
  people::end_all_sessions(database_, user_id_);
  wait_for_the_next_look();
  EXPECT_TRUE(access_.has_ended(before));
  EXPECT_FALSE(access_.has_ended(session()));
  EXPECT_FALSE(access_.has_ended(of_another));
}

TEST_F(Sessions, OfAProcessThatStartsLaterAreEndedToo) {
  const people::Session one = session();
  const people::Session other = session();
  people::end_session(database_, one);
  people::end_all_sessions(database_, user_id_);
  people::AccessSnapshot fresh{database_, std::chrono::days{1}};
  EXPECT_TRUE(fresh.has_ended(one));
  EXPECT_TRUE(fresh.has_ended(other));
}

TEST_F(Sessions, ThatLiveLongerThanOthersAreLookedUp) {
  database_.execute(
      "UPDATE users SET sessions_ended_at = SYSDATE(6) - INTERVAL 3 DAY WHERE user_id = ?",
      user_id_);
  EXPECT_TRUE(access_.has_ended(session(std::chrono::days{4})));
  EXPECT_FALSE(access_.has_ended(session(std::chrono::days{2})));
  people::Session without_time = session();
  without_time.issued_at = {};
  EXPECT_TRUE(access_.has_ended(without_time));
}

}  // namespace stagedoor::integration
