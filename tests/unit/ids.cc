#include "base/id.h"

#include <gtest/gtest.h>

#include <compare>
#include <set>

#include "base/clock.h"

namespace stagedoor {

TEST(Id, HasTheTextOfAUuidAndIsReadFromEitherCase) {
  const std::string text = "0190163d-8694-739b-aea5-966c26f8ad91";
  const auto id = UserId::parse(text);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->text(), text);
  EXPECT_EQ(UserId::parse("0190163D-8694-739B-AEA5-966C26F8AD91"), id);
}

TEST(Id, IsTheSameAfterAWayThroughTheDatabasesBytes) {
  const UserId id = UserId::make();
  ASSERT_EQ(id.bytes().size(), UserId::kBytes);
  EXPECT_EQ(UserId::from_bytes(id.bytes()), id);
  EXPECT_EQ(UserId::parse(id.text()), id);
}

TEST(Id, IsNotReadFromAnythingElse) {
  for (const char* text : {
           "",
           "0190163d-8694-739b-aea5-966c26f8ad9",
           "0190163d-8694-739b-aea5-966c26f8ad911",
           "0190163d8694739baea5966c26f8ad91",
           "{0190163d-8694-739b-aea5-966c26f8ad91}",
           "0190163d-8694-739b-aea5_966c26f8ad91",
           "0190163d-8694-739b-aea-5966c26f8ad91",
           "0190163g-8694-739b-aea5-966c26f8ad91",
           " 190163d-8694-739b-aea5-966c26f8ad91",
           "0190163d-8694-739b-aea5-966c26f8ad9\n",
           "------------------------------------",
       }) {
    EXPECT_FALSE(UserId::parse(text)) << text;
  }
}

TEST(Id, IsOfVersionSevenAndTheVariantOfTheStandard) {
  for (int i = 0; i < 100; ++i) {
    const std::string text = UserId::make().text();
    EXPECT_EQ(text[14], '7') << text;
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos) << text;
  }
}

TEST(Id, ThatIsMadeLaterSortsBehind) {
  const auto millisecond = [] {
    return std::chrono::floor<std::chrono::milliseconds>(system_now());
  };
  UserId earlier = UserId::make();
  for (int i = 0; i < 20; ++i) {
    const auto before = millisecond();
    while (millisecond() == before) {
    }
    const UserId later = UserId::make();
    ASSERT_LT(earlier, later);
    ASSERT_LT(earlier.text(), later.text());
    earlier = later;
  }
}

TEST(Id, SortsAsTheDatabaseSortsItsBytes) {
  const auto id = [](const char* start) {
    return *UserId::parse(std::string(start) + "-0000-7000-8000-000000000000");
  };
  EXPECT_LT(id("00000000"), id("00000001"));
  EXPECT_LT(id("7fffffff"), id("80000000"));
  EXPECT_LT(id("0000007f"), id("00000080"));
  EXPECT_LT(id("000000ff"), id("00000100"));
  EXPECT_EQ(id("ff000000") <=> id("ff000000"), std::strong_ordering::equal);
}

TEST(Id, IsMadeOnlyOnce) {
  std::set<UserId> seen;
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(seen.insert(UserId::make()).second);
}

TEST(Id, OfOneKindIsNoIdOfAnother) {
  EXPECT_FALSE((std::is_convertible_v<UserId, ReservationId>));
  EXPECT_FALSE((std::is_convertible_v<ConcertId, DateId>));
  EXPECT_FALSE((std::is_convertible_v<Money, std::int64_t>));
}

TEST(Money, IsAddedAndSubtractedAsAnInteger) {
  EXPECT_EQ(Money{1'000'000'000'000'000} - Money{1}, Money{999'999'999'999'999});
  EXPECT_EQ(Money{7} + Money{-9}, Money{-2});
  EXPECT_EQ(-Money{5}, Money{-5});
  EXPECT_LT(Money{-1}, Money{0});
}

}  // namespace stagedoor
