#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <numeric>

#include "sale/reservation_rules.h"

using namespace stagedoor;
using namespace std::chrono_literals;

namespace {

constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr ConcertId kConcert{7};
constexpr ConcertId kOtherConcert{8};
constexpr std::int64_t kLimit = 4;
constexpr std::int64_t kNumberMax = std::numeric_limits<std::int64_t>::max();

DateOnSale on_sale() {
  return {.concert_id = kConcert,
          .concert_title = "A concert",
          .starts_at = kNow + 24h,
          .opens_at = std::nullopt,
          .closes_at = kNow + 12h,
          .hold_s = 300,
          .max_seats_per_user = kLimit};
}

// A wish that nothing speaks against.
struct Wanted {
  SeatWish wish{.numbers = {12, 13}};
  std::optional<DateOnSale> date = on_sale();
  UserAtSale user{.token_concert_id = kConcert, .open_hold = std::nullopt};

  [[nodiscard]] Outcome<Done> check() const { return check_wish(wish, date, user, kNow); }
};

struct Fault {
  const char* name;
  Refusal refusal;
  std::function<void(Wanted&)> commit;
};

const ReservationId kOpenHold = ReservationId::make();

// In the order of web/openapi.yaml.
const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = {
      {"unknown date", Refusal::kNotFound, [](Wanted& w) { w.date.reset(); }},
      {"another concert's date", Refusal::kWrongConcert,
       [](Wanted& w) {
         if (w.date) w.date->concert_id = kOtherConcert;
       }},
      {"the date has begun", Refusal::kSaleClosed,
       [](Wanted& w) {
         if (w.date) w.date->starts_at = kNow;
       }},
      {"the sale is closed", Refusal::kSaleClosed,
       [](Wanted& w) {
         if (w.date) w.date->closes_at = kNow;
       }},
      {"not on sale yet", Refusal::kNotOnSale,
       [](Wanted& w) {
         if (w.date) w.date->opens_at = kNow + 1us;
       }},
      {"a seat twice", Refusal::kValidationFailed,
       [](Wanted& w) {
         w.wish.numbers = {12, 13, 12};
       }},
      {"holds already", Refusal::kHoldExists, [](Wanted& w) { w.user.open_hold = kOpenHold; }},
      {"too many seats", Refusal::kSeatLimitExceeded,
       [](Wanted& w) { w.user.seats_of_date = kLimit; }},
  };
  return all;
}

template <typename T>
const T* member(const Refused& refused, const std::string& name) {
  for (const RefusalMember& candidate : refused.members) {
    if (candidate.name == name) return std::get_if<T>(&candidate.value);
  }
  return nullptr;
}

LockedSeat seat(std::int64_t number, SeatStatus status,
                std::optional<Time> held_until = std::nullopt) {
  return {.seat = {.number = number}, .status = status, .held_until = held_until};
}

}  // namespace

TEST(CheckWish, AllowsWhatNothingSpeaksAgainst) { EXPECT_TRUE(Wanted{}.check().ok()); }

TEST(CheckWish, RefusesEachFault) {
  for (const Fault& fault : faults()) {
    Wanted wanted;
    fault.commit(wanted);
    const auto checked = wanted.check();
    ASSERT_FALSE(checked.ok()) << fault.name;
    EXPECT_EQ(checked.error().refusal, fault.refusal) << fault.name;
  }
}

TEST(CheckWish, NamesTheFirstFaultOfTheOrderInTheContract) {
  for (unsigned set = 1; set < 1U << faults().size(); ++set) {
    Wanted wanted;
    const Fault* first = nullptr;
    std::string names;
    for (std::size_t i = 0; i < faults().size(); ++i) {
      if ((set >> i & 1U) == 0) continue;
      const Fault& fault = faults()[i];
      fault.commit(wanted);
      if (first == nullptr) first = &fault;
      names += std::string(fault.name) + "; ";
    }
    const auto checked = wanted.check();
    ASSERT_FALSE(checked.ok()) << names;
    EXPECT_EQ(checked.error().refusal, first->refusal) << names;
  }
}

TEST(CheckWish, SellsUntilTheVeryInstantOfTheEnd) {
  Wanted wanted;
  wanted.date->starts_at = kNow + 1us;
  wanted.date->closes_at = kNow + 1us;
  EXPECT_TRUE(wanted.check().ok());
}

TEST(CheckWish, SellsFromTheVeryInstantOfTheOpeningOfTheDate) {
  Wanted wanted;
  wanted.date->opens_at = kNow;
  EXPECT_TRUE(wanted.check().ok());
  wanted.date->opens_at = kNow + 1us;
  const auto checked = wanted.check();
  ASSERT_FALSE(checked.ok());
  const auto* opens_at = member<std::string>(checked.error(), "sale_opens_at");
  ASSERT_NE(opens_at, nullptr);
  EXPECT_EQ(*opens_at, to_rfc3339(kNow + 1us));
}

TEST(CheckWish, WantsOneToAHundredDifferentNumbers) {
  const auto numbers_from_one = [](std::int64_t count) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
    std::iota(numbers.begin(), numbers.end(), 1);
    return numbers;
  };
  struct Case {
    const char* name;
    std::vector<std::int64_t> numbers;
    bool good;
  };
  const std::vector<Case> cases = {
      {"none", {}, false},
      {"one", {1}, true},
      {"a hundred", numbers_from_one(100), true},
      {"a hundred and one", numbers_from_one(101), false},
      {"twice in a row", {1, 1}, false},
      {"twice far apart", {9, 1, 2, 3, 9}, false},
      {"unsorted", {9, 1, 5}, true},
      {"numbers that cannot exist are found later", {-1, 0, kNumberMax}, true},
  };
  for (const Case& c : cases) {
    Wanted wanted;
    wanted.date->max_seats_per_user = 100;
    wanted.wish.numbers = c.numbers;
    const auto checked = wanted.check();
    EXPECT_EQ(checked.ok(), c.good) << c.name;
    if (!checked.ok()) {
      EXPECT_EQ(checked.error().refusal, Refusal::kValidationFailed) << c.name;
      ASSERT_EQ(checked.error().errors.size(), 1U) << c.name;
      EXPECT_EQ(checked.error().errors[0].field, "seats") << c.name;
    }
  }
}

TEST(CheckWish, NamesTheOpenHold) {
  Wanted wanted;
  wanted.user.open_hold = kOpenHold;
  const auto checked = wanted.check();
  ASSERT_FALSE(checked.ok());
  const auto* id = member<std::string>(checked.error(), "reservation_id");
  ASSERT_NE(id, nullptr);
  EXPECT_EQ(*id, kOpenHold.text());
}

TEST(CheckWish, CountsWhatTheUserHasAgainstTheLimit) {
  struct Case {
    std::int64_t has;
    std::int64_t wants;
    bool good;
  };
  for (const Case& c : {Case{0, 4, true},
                        {0, 5, false},
                        {1, 3, true},
                        {1, 4, false},
                        {3, 1, true},
                        {4, 1, false},
                        {6, 1, false}}) {
    for (const bool best : {false, true}) {
      Wanted wanted;
      wanted.user.seats_of_date = c.has;
      wanted.wish.numbers.resize(static_cast<std::size_t>(c.wants));
      std::iota(wanted.wish.numbers.begin(), wanted.wish.numbers.end(), 1);
      if (best) wanted.wish = {.best_available = c.wants};
      const auto checked = wanted.check();
      EXPECT_EQ(checked.ok(), c.good) << "has " << c.has << ", wants " << c.wants;
      if (checked.ok()) continue;
      EXPECT_EQ(checked.error().refusal, Refusal::kSeatLimitExceeded);
      const auto* limit = member<std::int64_t>(checked.error(), "limit");
      ASSERT_NE(limit, nullptr);
      EXPECT_EQ(*limit, kLimit);
    }
  }
}

TEST(CheckSeatsFree, TakesWhatIsFreeOrHasLapsed) {
  EXPECT_TRUE(check_seats_free({1, 2, 3},
                               {seat(1, SeatStatus::kAvailable), seat(2, SeatStatus::kHeld, kNow),
                                seat(3, SeatStatus::kHeld, kNow - 1us)},
                               kNow)
                  .ok());
}

TEST(CheckSeatsFree, NamesExactlyTheOnesThatAreTaken) {
  const auto checked =
      check_seats_free({1, 2, 3, 4},
                       {seat(1, SeatStatus::kHeld, kNow + 1us), seat(2, SeatStatus::kAvailable),
                        seat(3, SeatStatus::kSold), seat(4, SeatStatus::kHeld, kNow)},
                       kNow);
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().refusal, Refusal::kSeatUnavailable);
  const auto* taken = member<std::vector<std::int64_t>>(checked.error(), "seats");
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(*taken, (std::vector<std::int64_t>{1, 3}));
}

TEST(CheckSeatsFree, RefusesUnknownSeatsBeforeTakenOnes) {
  const auto checked = check_seats_free({1, 999}, {seat(1, SeatStatus::kSold)}, kNow);
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().refusal, Refusal::kValidationFailed);
  ASSERT_EQ(checked.error().errors.size(), 1U);
  EXPECT_EQ(checked.error().errors[0].field, "seats");
}
