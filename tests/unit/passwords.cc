#include <gtest/gtest.h>

#include "password/password.h"

namespace stagedoor {

TEST(Password, IsVerifiedByItsOwnHashOnly) {
  const std::string hash = password::hash("correct horse");
  EXPECT_TRUE(password::verify("correct horse", hash));
  EXPECT_FALSE(password::verify("correct horse ", hash));
  EXPECT_FALSE(password::verify("", hash));
  EXPECT_FALSE(password::verify("correct horse", password::unknown_user_hash()));
  EXPECT_FALSE(password::verify("correct horse", ""));
  EXPECT_FALSE(password::verify("correct horse", hash.substr(0, hash.size() - 1)));
}

TEST(Password, HasAnotherHashEachTimeThatFitsItsColumn) {
  const std::string hash = password::hash("correct horse");
  EXPECT_NE(password::hash("correct horse"), hash);
  EXPECT_EQ(hash.rfind("$argon2id$", 0), 0U) << hash;
  EXPECT_LE(hash.size(), 128U);
}

TEST(Password, CostsTheSameForAnUnknownUser) {
  const auto cost_of = [](const std::string& hash) {
    return hash.substr(0, hash.find('$', hash.find("m=")));
  };
  EXPECT_EQ(cost_of(password::unknown_user_hash()), cost_of(password::hash("x")));
}

TEST(Password, IsCommonInAnyCaseOfItsLetters) {
  for (const char* common :
       {"1234567890", "qwertyuiop", "password123", "PassWord123", "aaaaaaaaaa", "zzzzzzzzzz"}) {
    EXPECT_TRUE(password::is_common(common)) << common;
  }
  for (const char* good : {"", "correct horse battery", "password123 and more", "1234567890 "}) {
    EXPECT_FALSE(password::is_common(good)) << good;
  }
}

TEST(Password, MayContainAnyBytes) {
  const std::string with_nul("a\0b", 3);
  const std::string hash = password::hash(with_nul);
  EXPECT_TRUE(password::verify(with_nul, hash));
  EXPECT_FALSE(password::verify("a", hash));
}

}  // namespace stagedoor
