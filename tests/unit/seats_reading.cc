#include "sale/seats_reading_rules.h"

#include <gtest/gtest.h>

namespace stagedoor {
namespace {

constexpr Time kReadAt{std::chrono::microseconds{1'763'700'000'500'000}};

SeatsReading reading() {
  return {.read_at = kReadAt,
          .version = "0123456789abcdef",
          .taken = {{SeatStatus::kHeld, 3, 3}, {SeatStatus::kSold, 4, 100'000}}};
}

SeatRange range(std::optional<std::string> section, std::string grade) {
  return {
      .from = 1, .to = 50, .section = std::move(section), .grade = std::move(grade), .label = {}};
}

}  // namespace

TEST(SeatsReading, IsReadBack) {
  const std::string text = encode_reading(reading());
  EXPECT_EQ(text, "1 1763700000500000 0123456789abcdef H3-3;S4-100000;");
  const auto parsed = parse_reading(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->read_at, kReadAt);
  EXPECT_EQ(parsed->version, reading().version);
  EXPECT_EQ(parsed->taken, reading().taken);
}

TEST(SeatsReading, HasAHeadThatNeedsNoSeats) {
  const std::string text = encode_reading(reading());
  const auto head = parse_reading_head(std::string_view(text).substr(0, kReadingHeadBytes));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->read_at, kReadAt);
  EXPECT_EQ(head->version, reading().version);
  EXPECT_TRUE(head->taken.empty());
}

TEST(SeatsReading, IsNotReadFromAnythingElse) {
  for (const char* text : {"",
                           "1",
                           "1 ",
                           "1 5",
                           "1 5 ab",
                           "2 5 ab ",
                           "1 x ab ",
                           "1 -0 ab ",
                           "1 5  ",
                           "1 5 ../x ",
                           "1 5 AB ",
                           "1 5 ab H",
                           "1 5 ab H3",
                           "1 5 ab H3-4",
                           "1 5 ab A3-4;",
                           "1 5 ab H0-4;",
                           "1 5 ab H4-3;",
                           "1 5 ab H3-4;S4-5;",
                           "1 5 ab S5-6;H3-4;",
                           "1 5 ab H3-4; ",
                           "1 5 ab H-3-4;"}) {
    EXPECT_FALSE(parse_reading(text)) << text;
  }
  EXPECT_TRUE(parse_reading("1 5 ab "));
  EXPECT_TRUE(parse_reading("1 -5 ab H3-4;"));
}

TEST(SeatsVersion, IsTheSameForTheSameContentOnly) {
  const std::string version = seats_version({range({}, "R")}, {});
  EXPECT_EQ(version, seats_version({range({}, "R")}, {}));
  EXPECT_NE(version, seats_version({range({}, "S")}, {}));
  EXPECT_NE(version, seats_version({range("R", "")}, {}));
  EXPECT_NE(version, seats_version({range({}, "R"), range({}, "R")}, {}));
  EXPECT_NE(version, seats_version({range({}, "R")}, {{SeatStatus::kHeld, 1, 1}}));
  EXPECT_NE(seats_version({range({}, "R")}, {{SeatStatus::kSold, 1, 1}}),
            seats_version({range({}, "R")}, {{SeatStatus::kHeld, 1, 1}}));
  EXPECT_NE(seats_version({range("a", "bc")}, {}), seats_version({range("ab", "c")}, {}));
}

TEST(SeatsVersion, FitsIntoTheHeadOfAReading) {
  SeatsReading now{.read_at = kReadAt, .version = seats_version({range({}, "R")}, {}), .taken = {}};
  EXPECT_LT(encode_reading(now).size(), kReadingHeadBytes);
}

}  // namespace stagedoor
