#include "base/clock.h"

#include <gtest/gtest.h>

namespace stagedoor {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

Time at(int y, unsigned m, unsigned d, Micros time_of_day = {}) {
  return Time{sys_days{year{y} / static_cast<int>(m) / static_cast<int>(d)}} + time_of_day;
}

constexpr Micros kHalfPastSeven = std::chrono::hours{19} + std::chrono::minutes{30};

}  // namespace

TEST(ParseRfc3339, ReadsEveryFormThatTheStandardAllows) {
  const struct {
    const char* text;
    Time expected;
  } cases[] = {
      {"2026-11-21T19:30:00Z", at(2026, 11, 21, kHalfPastSeven)},
      {"2026-11-21t19:30:00z", at(2026, 11, 21, kHalfPastSeven)},
      {"2026-11-21T19:30:00.5Z", at(2026, 11, 21, kHalfPastSeven + Micros{500'000})},
      {"2026-11-21T19:30:00.000001Z", at(2026, 11, 21, kHalfPastSeven + Micros{1})},
      {"2026-11-21T19:30:00.123456Z", at(2026, 11, 21, kHalfPastSeven + Micros{123'456})},
      {"2026-11-22T04:30:00+09:00", at(2026, 11, 21, kHalfPastSeven)},
      {"2026-11-21T14:30:00-05:00", at(2026, 11, 21, kHalfPastSeven)},
      {"2026-11-22T01:15:00+05:45", at(2026, 11, 21, kHalfPastSeven)},
      {"2026-11-21T19:30:00-00:00", at(2026, 11, 21, kHalfPastSeven)},
      {"2027-01-01T00:00:00+23:59", at(2026, 12, 31, std::chrono::minutes{1})},
      {"2028-02-29T00:00:00Z", at(2028, 2, 29)},
      {"2000-02-29T00:00:00Z", at(2000, 2, 29)},
      {"2028-03-01T08:00:00+09:00", at(2028, 2, 29, std::chrono::hours{23})},
      {"1969-12-31T23:59:59.999999Z", at(1970, 1, 1) - Micros{1}},
      {"1000-01-01T00:00:00Z", at(1000, 1, 1)},
      {"9999-12-31T23:59:59.999999Z", at(9999, 12, 31, std::chrono::hours{24} - Micros{1})},
  };
  for (const auto& [text, expected] : cases) {
    const auto parsed = parse_rfc3339(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(to_sql(*parsed), to_sql(expected)) << text;
  }
}

TEST(ParseRfc3339, RefusesEverythingElse) {
  const char* const cases[] = {
      "",
      "now",
      "2026-11-21",
      "2026-11-21T19:30:00",           // no offset
      "2026-11-21 19:30:00Z",          // no T
      "2026-11-21T19:30Z",             // no seconds
      "2026-11-21T19:30:00.Z",         // a point without decimals
      "2026-11-21T19:30:00,5Z",        // a comma
      "2026-11-21T19:30:00.1234567Z",  // seven decimals
      "2026-11-21T19:30:00Z ",
      " 2026-11-21T19:30:00Z",
      "2026-11-21T19:30:00ZZ",
      "2026-11-21T19:30:00+0900",
      "2026-11-21T19:30:00+09",
      "2026-11-21T19:30:00+24:00",
      "2026-11-21T19:30:00+09:60",
      "2026-11-21T24:00:00Z",
      "2026-11-21T19:60:00Z",
      "2026-11-21T19:30:60Z",
      "2026-13-21T19:30:00Z",
      "2026-00-21T19:30:00Z",
      "2026-11-31T19:30:00Z",
      "2026-11-00T19:30:00Z",
      "2027-02-29T00:00:00Z",  // no leap year
      "2100-02-29T00:00:00Z",  // nor is this one
      "26-11-21T19:30:00Z",
      "02026-11-21T19:30:00Z",
      "-026-11-21T19:30:00Z",
      "2026-1-21T19:30:00Z",
      "2026-11-21T9:30:00Z",
      "0999-12-31T23:59:59Z",
      "\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa6-11-21T19:30:00Z",  // digits, but not ASCII ones
  };
  for (const char* text : cases) EXPECT_FALSE(parse_rfc3339(text)) << text;
}

// SQL's DATETIME holds the years 1000 to 9999.
TEST(ParseRfc3339, RefusesATimeThatItsOffsetMovesBeyondWhatSqlHolds) {
  EXPECT_FALSE(parse_rfc3339("1000-01-01T00:00:00+00:01"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:00-00:01"));
  EXPECT_TRUE(parse_rfc3339("1000-01-01T00:01:00+00:01"));
  EXPECT_TRUE(parse_rfc3339("9999-12-31T23:58:59-00:01"));
}

TEST(ToRfc3339, PrintsMillisecondsInUtcAndCutsTheRest) {
  EXPECT_EQ(to_rfc3339(at(2026, 11, 21, kHalfPastSeven)), "2026-11-21T19:30:00.000Z");
  EXPECT_EQ(to_rfc3339(at(2026, 1, 2, Micros{1'999})), "2026-01-02T00:00:00.001Z");
  EXPECT_EQ(to_rfc3339(at(1970, 1, 1) - Micros{1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(at(2028, 2, 29)), "2028-02-29T00:00:00.000Z");
}

TEST(ToRfc3339, IsReadBackAsTheSameMillisecond) {
  for (Time time = at(1999, 12, 25); time < at(2029, 1, 1);
       time += std::chrono::hours{25} + std::chrono::milliseconds{1'234'567}) {
    ASSERT_EQ(parse_rfc3339(to_rfc3339(time)), time) << to_rfc3339(time);
  }
}

TEST(ToSql, KeepsMicrosecondsBothWays) {
  const Time time = at(2026, 11, 21, kHalfPastSeven + Micros{123'456});
  EXPECT_EQ(to_sql(time), "2026-11-21 19:30:00.123456");
  EXPECT_EQ(parse_sql(to_sql(time)), time);
  EXPECT_EQ(parse_sql("2026-11-21 19:30:00"), at(2026, 11, 21, kHalfPastSeven));
}

TEST(ParseSql, RefusesWhatIsNoDatetime) {
  for (const char* text : {"", "2026-11-21", "2026-11-21T19:30:00", "0000-00-00 00:00:00",
                           "2026-11-21 19:30:00.123456 ", "2026-11-21 19:30:00Z"}) {
    EXPECT_FALSE(parse_sql(text)) << text;
  }
}

TEST(ParseDay, IsTheFirstInstantOfTheDay) {
  EXPECT_EQ(parse_day("2028-02-29"), at(2028, 2, 29));
  for (const char* text : {"", "2027-02-29", "2026-11-21T00:00:00Z", "2026-11-21 ", "20261121",
                           "2026-11-1", "26-11-21", "0999-01-01", "today"}) {
    EXPECT_FALSE(parse_day(text)) << text;
  }
}

TEST(MonotonicNow, NeverStepsBack) {
  Micros last = monotonic_now();
  for (int i = 0; i < 10'000; ++i) {
    const Micros now = monotonic_now();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace stagedoor
