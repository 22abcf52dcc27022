#include <gtest/gtest.h>

#include "line/snapshot_rules.h"

using namespace stagedoor;

namespace {

const std::vector<std::int64_t> kPositions = {1,     2,      10,     100,    1'000,    5'000,
                                              9'999, 15'000, 20'000, 20'001, 1'000'000};

}  // namespace

TEST(PollAfter, IsBetweenOneAndTwentySeconds) {
  for (const std::int64_t position : kPositions) {
    for (const double jitter : {0.0, 0.25, 0.5, 0.999999}) {
      EXPECT_GE(poll_after_ms(position, jitter), 1'000) << position;
      EXPECT_LE(poll_after_ms(position, jitter), 20'000) << position;
    }
  }
}

TEST(PollAfter, GrowsWithTheDistance) {
  for (const double jitter : {0.0, 0.5, 0.999999}) {
    for (std::size_t i = 1; i < kPositions.size(); ++i) {
      EXPECT_LE(poll_after_ms(kPositions[i - 1], jitter), poll_after_ms(kPositions[i], jitter));
    }
    EXPECT_LE(poll_after_ms(1, jitter), 1'200);
    EXPECT_GE(poll_after_ms(1'000'000, jitter), 17'000);
  }
}

TEST(PollAfter, SpreadsThoseWhoStandTogether) {
  EXPECT_GT(poll_after_ms(5'000, 0.999999) - poll_after_ms(5'000, 0), 500);
  EXPECT_GT(poll_after_ms(1'000'000, 0.5) - poll_after_ms(1'000'000, 0), 500);
}
