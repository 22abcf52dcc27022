#include "sale/concert_rules.h"

#include <gtest/gtest.h>

namespace stagedoor {
namespace {

constexpr Time kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} +
                     std::chrono::hours{12}};

Time after_noon(int minutes) { return kNoon + std::chrono::minutes{minutes}; }

using Fields = std::vector<std::string>;

Fields fields_of(const std::vector<FieldError>& errors) {
  Fields fields;
  for (const FieldError& error : errors) fields.push_back(error.field);
  return fields;
}

Fields bad_seats(const std::vector<SeatRange>& seats) {
  return fields_of(check_seats(seats, "seats"));
}

SeatRange range(std::int64_t from, std::int64_t to) {
  SeatRange result;
  result.from = from;
  result.to = to;
  return result;
}

SeatRange labelled(std::int64_t count, std::string label) {
  SeatRange result = range(1, count);
  result.label = std::move(label);
  return result;
}

}  // namespace

TEST(SaleState, FollowsTheOpeningTheClosingTheLastDateAndTheSeats) {
  constexpr auto kNone = std::nullopt;
  const struct {
    const char* why;
    std::optional<int> opens;
    std::optional<int> closes;
    int last_date;
    bool sold_out;
    std::string_view expected;
  } cases[] = {
      {"nothing is set", kNone, kNone, 60, false, "OPEN"},
      {"no seat is left", kNone, kNone, 60, true, "SOLD_OUT"},
      {"it opens in a minute", 1, kNone, 60, false, "SCHEDULED"},
      {"it opens in a minute with no seat left", 1, kNone, 60, true, "SCHEDULED"},
      {"it opens at this instant", 0, kNone, 60, false, "OPEN"},
      {"it opened a minute ago", -1, kNone, 60, false, "OPEN"},
      {"it closes in a minute", kNone, 1, 60, false, "OPEN"},
      {"it closes at this instant", kNone, 0, 60, false, "CLOSED"},
      {"it closed a minute ago", kNone, -1, 60, false, "CLOSED"},
      {"it closed and no seat was left", kNone, -1, 60, true, "CLOSED"},
      {"the last date begins in a minute", kNone, kNone, 1, false, "OPEN"},
      {"the last date begins at this instant", kNone, kNone, 0, false, "CLOSED"},
      {"the last date has begun", kNone, 60, -1, false, "CLOSED"},
      {"the last date begins before the opening", 5, kNone, -1, false, "CLOSED"},
      {"it is between opening and closing", -5, 5, 60, false, "OPEN"},
  };
  for (const auto& c : cases) {
    Concert concert;
    if (c.opens) concert.settings.sale_opens_at = after_noon(*c.opens);
    if (c.closes) concert.settings.sale_closes_at = after_noon(*c.closes);
    concert.last_date_at = after_noon(c.last_date);
    concert.sold_out = c.sold_out;
    EXPECT_EQ(text_of(sale_state(concert, kNoon)), c.expected) << c.why;
  }
}

TEST(CheckSettings, WantsTheClosingAfterTheOpening) {
  const auto bad = [](std::optional<int> opens, std::optional<int> closes) {
    ConcertSettings settings;
    if (opens) settings.sale_opens_at = after_noon(*opens);
    if (closes) settings.sale_closes_at = after_noon(*closes);
    return fields_of(check_settings(settings));
  };
  EXPECT_EQ(bad(0, 0), Fields{"sale_closes_at"});
  EXPECT_EQ(bad(1, 0), Fields{"sale_closes_at"});
  EXPECT_EQ(bad(0, 1), Fields{});
  EXPECT_EQ(bad(0, std::nullopt), Fields{});
  EXPECT_EQ(bad(std::nullopt, 0), Fields{});
  EXPECT_EQ(bad(std::nullopt, std::nullopt), Fields{});
}

TEST(ConcertSettings, DefaultToTheOnesOfTheContract) {
  const ConcertSettings settings;
  EXPECT_EQ(settings.max_active, 100);
  EXPECT_EQ(settings.admit_per_minute, 0);
  EXPECT_EQ(settings.claim_s, 60);
  EXPECT_EQ(settings.active_s, 600);
  EXPECT_EQ(settings.hold_s, 300);
  EXPECT_EQ(settings.max_seats_per_user, 4);
}

TEST(DefaultSeats, AreFiftyOfGradeRFor100000) {
  const std::vector<SeatRange> seats = default_seats();
  ASSERT_EQ(seats.size(), 1U);
  EXPECT_EQ(seats[0].from, 1);
  EXPECT_EQ(seats[0].to, 50);
  EXPECT_EQ(seats[0].count(), 50);
  EXPECT_EQ(seats[0].grade, "R");
  EXPECT_EQ(seats[0].price, Money{100'000});
  EXPECT_EQ(seats[0].label, std::nullopt);
  EXPECT_EQ(bad_seats(seats), Fields{});
}

TEST(CheckSeats, NamesEveryRangeThatOverlapsAnEarlierOne) {
  const struct {
    const char* why;
    std::vector<SeatRange> seats;
    Fields expected;
  } cases[] = {
      {"one range", {range(1, 50)}, {}},
      {"one seat", {range(7, 7)}, {}},
      {"neighbours", {range(1, 10), range(11, 20)}, {}},
      {"neighbours in any order", {range(11, 20), range(1, 10)}, {}},
      {"a gap", {range(1, 10), range(100, 110)}, {}},
      {"one seat in common", {range(1, 10), range(10, 20)}, {"seats[1]"}},
      {"one seat in common, the later first", {range(10, 20), range(1, 10)}, {"seats[0]"}},
      {"one inside the other", {range(1, 100), range(40, 50)}, {"seats[1]"}},
      {"two inside a third",
       {range(1, 100), range(40, 50), range(60, 70)},
       {"seats[1]", "seats[2]"}},
      {"behind one that is inside", {range(1, 100), range(40, 50), range(101, 110)}, {"seats[1]"}},
      {"a chain", {range(1, 10), range(5, 15), range(12, 20)}, {"seats[1]", "seats[2]"}},
      {"backwards", {range(10, 9)}, {"seats[0].to"}},
      {"backwards beside a good one", {range(10, 9), range(1, 20)}, {"seats[0].to"}},
  };
  for (const auto& c : cases) EXPECT_EQ(bad_seats(c.seats), c.expected) << c.why;
  EXPECT_EQ(bad_seats({range(1, 10), range(1, 10)}).size(), 1U) << "the same twice";
}

TEST(CheckSeats, SaysWhichRangeIsOverlapped) {
  const auto errors = check_seats({range(1, 100), range(40, 50), range(60, 70)}, "dates[3].seats");
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[1].field, "dates[3].seats[2]");
  EXPECT_EQ(errors[1].detail, "overlaps dates[3].seats[0]");
}

TEST(CheckSeats, TakesAHundredThousandSeatsAndNotOneMore) {
  EXPECT_EQ(bad_seats({range(1, 100'000)}), Fields{});
  EXPECT_EQ(bad_seats({range(1, 60'000), range(900'001, 940'000)}), Fields{});
  EXPECT_EQ(bad_seats({range(1, 100'001)}), Fields{"seats"});
  EXPECT_EQ(bad_seats({range(1, 60'000), range(900'001, 940'001)}), Fields{"seats"});
}

// The column holds 64 characters.
TEST(CheckSeats, RefusesALabelThatGrowsTooLongByItsNumbers) {
  const std::string sixteen = "{n}{n}{n}{n}{n}{n}{n}{n}{n}{n}{n}{n}{n}{n}{n}{n}";
  EXPECT_EQ(bad_seats({labelled(9, sixteen)}), Fields{});
  EXPECT_EQ(bad_seats({labelled(9'999, sixteen)}), Fields{});
  EXPECT_EQ(bad_seats({labelled(10'000, sixteen)}), Fields{"seats[0].label"});
  EXPECT_EQ(bad_seats({labelled(100'000, "{n}" + std::string(45, 'x'))}), Fields{});
  EXPECT_EQ(bad_seats({labelled(5, "A_{n}"), range(6, 6)}), Fields{});
}

}  // namespace stagedoor
