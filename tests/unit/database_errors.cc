#include <gtest/gtest.h>

#include "db/error.h"

namespace stagedoor {
namespace {

using db::Error;
using db::ErrorClass;
using metrics::Reconnect;

Error error(int code) { return {code, "an error"}; }

}  // namespace

TEST(DatabaseErrors, OfATransactionAreRetriedOnTheSameConnection) {
  for (const int code : {1213, 1205}) {
    EXPECT_EQ(error(code).error_class(), ErrorClass::kRetry) << code;
    EXPECT_TRUE(error(code).may_retry()) << code;
    EXPECT_FALSE(error(code).leaves()) << code;
  }
}

TEST(DatabaseErrors, OfAServerThatMayNotBeUsedNowEndTheConnection) {
  for (const int code : {1290, 1836, 1792, 1047, 3032, 3100, 3101, 1180, 1053, 2006, 2013}) {
    EXPECT_EQ(error(code).error_class(), ErrorClass::kLeave) << code;
    EXPECT_TRUE(error(code).may_retry()) << code;
    EXPECT_TRUE(error(code).leaves()) << code;
  }
}

TEST(DatabaseErrors, OfOursAreNotRetried) {
  for (const int code : {1054, 1062, 1064, 1142, 1146, 1264, 1406, 4025, 0}) {
    EXPECT_EQ(error(code).error_class(), ErrorClass::kOurs) << code;
    EXPECT_FALSE(error(code).may_retry()) << code;
  }
}

TEST(DatabaseErrors, SayWhyAConnectionIsGivenUp) {
  EXPECT_EQ(error(2013).leaves(), Reconnect::kLost);
  EXPECT_EQ(error(1053).leaves(), Reconnect::kShutdown);
  EXPECT_EQ(error(1290).leaves(), Reconnect::kReadOnly);
  EXPECT_EQ(error(1047).leaves(), Reconnect::kNotPrimary);
  EXPECT_EQ(error(3100).leaves(), Reconnect::kCommitFailed);
}

TEST(DatabaseErrors, TellAServerThatWasDemotedFromOneThatIsGone) {
  for (const int code : {1290, 1792, 1836, 1047}) EXPECT_TRUE(error(code).is_demoted()) << code;
  for (const int code : {2003, 2013, 1053, 3100}) EXPECT_FALSE(error(code).is_demoted()) << code;
}

}  // namespace stagedoor
