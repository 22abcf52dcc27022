#include "people/accounts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "integration/database.h"
#include "support/concurrency.h"

namespace stagedoor::integration {
namespace {

class Accounts : public ::testing::Test {
 protected:
  [[nodiscard]] people::NewUser user(const std::string& email) const {
    return {"A Fan", email, "hash"};
  }

  db::Connection database_{database_config()};
};

}  // namespace

TEST_F(Accounts, AUserIsFoundByHisAddressInAnyCase) {
  const std::string name = new_name();
  const auto id = people::create_user(database_, user(name + "@Example.ORG"));
  ASSERT_TRUE(id);
  const auto found = people::find_credentials(database_, name + "@eXample.org");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user_id, *id);
  EXPECT_EQ(found->password_hash, "hash");
  EXPECT_FALSE(people::find_credentials(database_, name + "@example.com"));
}

TEST_F(Accounts, AUserOfAnOutsideProviderHasNoCredentials) {
  const std::string email = new_name() + "@example.org";
  database_.execute(
      "INSERT INTO users (user_id, email, email_key, created_at) VALUES (?, ?, ?, SYSDATE(6))",
      UserId::make(), email, email);
  EXPECT_FALSE(people::find_credentials(database_, email));
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

}  // namespace stagedoor::integration
