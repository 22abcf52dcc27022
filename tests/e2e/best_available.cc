// The best seats: neighbours where there are any, the lowest numbers, and no single seat left over.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "support/seats.h"
#include "support/slowness.h"

using namespace stagedoor::testing;

namespace {

using Numbers = std::vector<std::int64_t>;

// A date whose seats are `row`, '.' for one that is taken; an 'a' and a 'b' are of sections so
// called. All of one grade and price.
class Drawn {
 public:
  explicit Drawn(const std::string& row) {
    NewConcert drawn = hall(1, {{"max_seats_per_user", 100}});
    Numbers taken;
    drawn.dates[0].seats_json = "[";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto number = static_cast<std::int64_t>(i) + 1;
      if (row[i] == '.') taken.push_back(number);
      const char section = row[i] == '.' ? 'a' : row[i];
      drawn.dates[0].seats_json +=
          (i == 0 ? "" : ",") +
          seat_range(number, number, std::string("\"section\":\"") + section + '"');
    }
    drawn.dates[0].seats_json += "]";
    concert = create_concert(drawn);
    while (!taken.empty()) {
      const std::size_t count = std::min<std::size_t>(taken.size(), 100);
      held(admitted(concert), date_of(concert),
           Numbers(taken.end() - static_cast<int>(count), taken.end()));
      taken.resize(taken.size() - count);
    }
    fan = admitted(concert);
  }

  // What the best `count` are; they are let go again.
  [[nodiscard]] Numbers best(std::int64_t count) const {
    const Response response = reserve_best(fan, date_of(concert), count);
    if (response.status != 201) {
      expect_problem(response, 409, "not_enough_seats");
      return {};
    }
    EXPECT_EQ(release(fan.user, response.json()).status, 204);
    return numbers_of(response.json()["seats"]);
  }

  Json concert;
  Fan fan;
};

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace

TEST(BestSeats, AreTheLowestNeighbours) {
  const Drawn hall_of_ten("aaaaaaaaaa");
  EXPECT_EQ(hall_of_ten.best(1), (Numbers{1}));
  EXPECT_EQ(hall_of_ten.best(2), (Numbers{1, 2}));
  EXPECT_EQ(hall_of_ten.best(10), (Numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(hall_of_ten.best(11), Numbers{});
}

TEST(BestSeats, AreNotTakenFromTwoSections) {
  const Drawn two_sections("aaabbbb");
  EXPECT_EQ(two_sections.best(4), (Numbers{4, 5, 6, 7}));
  EXPECT_EQ(two_sections.best(3), (Numbers{1, 2, 3}));
}

TEST(BestSeats, LeaveNobodyAloneWhereThatCanBe) {
  const Drawn rows("aaa.aaaa");
  EXPECT_EQ(rows.best(2), (Numbers{5, 6}));
  EXPECT_EQ(rows.best(3), (Numbers{1, 2, 3}));
  EXPECT_EQ(Drawn("aaa.aaa").best(2), (Numbers{1, 2}));
}

TEST(BestSeats, LeaveNobodyAloneHoweverFarTheNextChoiceIs) {
  const Drawn rows(repeated("aaa.", 60) + "aaaa");
  EXPECT_EQ(rows.best(2), (Numbers{241, 242}));
}

TEST(BestSeats, AreNeighboursHoweverFarTheyAre) {
  const Drawn rows(repeated("a.", 90) + "aaa.aa");
  EXPECT_EQ(rows.best(3), (Numbers{181, 182, 183}));
  EXPECT_EQ(rows.best(2), (Numbers{185, 186}));
}

TEST(BestSeats, NeedNotBeNeighboursWhereThereAreNone) {
  const Drawn singles("a.a.a.b");
  EXPECT_EQ(singles.best(2), (Numbers{1, 3}));
  EXPECT_EQ(singles.best(4), (Numbers{1, 3, 5, 7}));
  EXPECT_EQ(singles.best(5), Numbers{});
}

TEST(BestSeats, IncludeWhatHasLapsed) {
  const Json concert = create_concert(hall(4));
  const Fan fan = admitted(concert);
  const Json before = held(admitted(concert), date_of(concert), {2, 3});
  expect_problem(reserve_best(fan, date_of(concert), 4), 409, "not_enough_seats");
  let_lapse(before);
  const Response response = reserve_best(fan, date_of(concert), 4);
  ASSERT_EQ(response.status, 201) << response;
  EXPECT_EQ(numbers_of(response.json()["seats"]), (Numbers{1, 2, 3, 4}));
}

TEST(BestSeats, AreOfTheGradeThatWasAskedFor) {
  NewConcert grades = hall(1);
  grades.dates[0].seats_json = "[" + seat_range(1, 3, R"("grade":"R")") + "," +
                               seat_range(4, 5, R"("grade":"VIP","price":300000)") + "]";
  const Json concert = create_concert(grades);
  const Fan fan = admitted(concert);
  const Fan other = admitted(concert);
  const Response vip = reserve_best(fan, date_of(concert), 2, "VIP");
  ASSERT_EQ(vip.status, 201) << vip;
  EXPECT_EQ(numbers_of(vip.json()["seats"]), (Numbers{4, 5}));
  EXPECT_EQ(vip.json()["amount"].integer(), 600'000);
  expect_problem(reserve_best(other, date_of(concert), 1, "VIP"), 409, "not_enough_seats");
  expect_problem(reserve_best(other, date_of(concert), 4, "R"), 409, "not_enough_seats");
  expect_problem(reserve_best(other, date_of(concert), 1, "no such grade"), 409,
                 "not_enough_seats");
  EXPECT_EQ(reserve_best(other, date_of(concert), 3, "R").status, 201);
}

TEST(BestSeats, AreTheCheapestWhenNoGradeIsAskedFor) {
  NewConcert grades = hall(1);
  grades.dates[0].seats_json = "[" + seat_range(1, 2, R"("grade":"A","price":300)") + "," +
                               seat_range(3, 4, R"("grade":"A","price":100)") + "," +
                               seat_range(5, 6, R"("grade":"B","price":200)") + "," +
                               seat_range(7, 8, R"("grade":"C","price":100)") + "]";
  const Json concert = create_concert(grades);
  std::vector<Numbers> order;
  for (int i = 0; i < 4; ++i) {
    const Response response = reserve_best(admitted(concert), date_of(concert), 2);
    ASSERT_EQ(response.status, 201) << response;
    order.push_back(numbers_of(response.json()["seats"]));
  }
  EXPECT_EQ(order, (std::vector<Numbers>{{3, 4}, {7, 8}, {5, 6}, {1, 2}}));
}

// However large the hall and however much of it is taken, the next seats are found without reading
// them all.
TEST(BestSeats, OfAHundredThousandAreFoundSoon) {
  const Json concert = create_concert(hall(100'000));
  const Fan fan = admitted(concert);
  std::vector<double> best_ms;
  std::vector<double> named_ms;
  for (std::int64_t i = 0; i < 20; ++i) {
    const Response best = reserve_best(fan, date_of(concert), 2);
    EXPECT_EQ(release(fan.user, best.json()).status, 204);
    const Response named = reserve(fan, date_of(concert), {2 * i + 1, 2 * i + 2});
    EXPECT_EQ(release(fan.user, named.json()).status, 204);
    best_ms.push_back(best.seconds * 1'000);
    named_ms.push_back(named.seconds * 1'000);
  }
  std::sort(best_ms.begin(), best_ms.end());
  std::sort(named_ms.begin(), named_ms.end());
  std::cout << "of 100,000 seats: two best " << best_ms[0] << " ms, two by number " << named_ms[0]
            << " ms\n";
  // Of the fastest each: whatever else runs only adds to one.
  EXPECT_LT(best_ms[0], 3 * named_ms[0]);
  // Every second seat is taken: there are no neighbours at all.
  const Fan other = admitted(concert);
  Installation::shared().query(
      "SET @date = " + std::to_string(date_of(concert)) +
      ", @id = UNHEX(LEFT(SHA2('checkerboard', 256), 32)), @token = " + in_sql(other.token_id) +
      ", @until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR;"
      "INSERT INTO reservations (reservation_id, user_id, concert_id, date_id, token_id, status,"
      " open, seat_count, amount, user_seats, user_seats_max, held_until, created_at) SELECT "
      "@id, " +
      in_sql(other.user.user_id) + ", " + id_of(concert) +
      ", @date, @token, 'HELD', TRUE, COUNT(*), SUM(price), COUNT(*),"
      " COUNT(*), @until, UTC_TIMESTAMP(6) FROM seats WHERE date_id = @date AND number % 2 = 0;"
      "INSERT INTO reservation_seats SELECT @id, number, section, grade, price FROM seats"
      " WHERE date_id = @date AND number % 2 = 0;"
      "UPDATE seats SET status = 'HELD', reservation_id = @id, held_until = @until"
      " WHERE date_id = @date AND number % 2 = 0;"
      "UPDATE queue_tokens SET hold_id = @id, held_until = @until, ends_at = @until,"
      " claimed_at = COALESCE(claimed_at, admitted_at) WHERE token_id = @token");
  const Slowness slowness;
  const Response apart = reserve_best(fan, date_of(concert), 2);
  ASSERT_EQ(apart.status, 201) << apart;
  EXPECT_EQ(numbers_of(apart.json()["seats"]), (Numbers{1, 3}));
  EXPECT_LT(apart.seconds, 2.0 * slowness.factor());
  std::cout << "two best of 50,000 that stand alone: " << apart.seconds * 1'000 << " ms\n";
}
