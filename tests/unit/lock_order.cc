#include "db/lock_order.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace stagedoor::db {

TEST(LockOrder, Ascends) {
  LockOrder order;
  for (const auto& [rank, text] : enum_texts(LockRank{})) {
    EXPECT_FALSE(order.has_entered(rank)) << text;
    EXPECT_NO_THROW(order.enter(rank)) << text;
    EXPECT_NO_THROW(order.enter(rank)) << text << ", more rows of it";
    EXPECT_TRUE(order.has_entered(rank)) << text;
  }
}

TEST(LockOrder, RefusesEveryRankBehindALaterOne) {
  for (const auto& [later, later_text] : enum_texts(LockRank{})) {
    for (const auto& [rank, text] : enum_texts(LockRank{})) {
      if (rank >= later) continue;
      LockOrder order;
      order.enter(later);
      EXPECT_THROW(order.enter(rank), std::logic_error) << text << " behind " << later_text;
      EXPECT_FALSE(order.has_entered(rank)) << text;
    }
  }
}

}  // namespace stagedoor::db
