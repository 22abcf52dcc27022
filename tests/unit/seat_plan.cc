#include "sale/seat_plan_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace stagedoor {
namespace {

struct Seat {
  std::int64_t number;
  std::string members;
};

SeatPlan plan_of(const std::vector<Seat>& seats) {
  SeatPlan plan;
  for (const Seat& seat : seats) plan.add(seat.number, seat.members);
  return plan;
}

std::size_t runs_of(const SeatPlan& plan) {
  const std::string text = plan.encode();
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// As the plan is to say it, seat by seat.
std::string listing(const std::vector<Seat>& seats) {
  std::string json = "[";
  for (const Seat& seat : seats) {
    if (json.size() > 1) json += ',';
    json += "{\"number\":" + std::to_string(seat.number) + ',' + seat.members +
            R"(,"status":"AVAILABLE"})";
  }
  return json + "]";
}

// Says what it was told, before and after it was text, in so many runs.
void expect_runs(std::size_t runs, const std::vector<Seat>& seats) {
  const SeatPlan plan = plan_of(seats);
  EXPECT_EQ(runs_of(plan), runs) << plan.encode();
  EXPECT_EQ(plan.to_json({}, false), listing(seats));
  const auto parsed = SeatPlan::parse(plan.encode());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->to_json({}, false), listing(seats));
}

std::vector<Seat> counting(std::int64_t first, std::int64_t label, const std::string& before,
                           const std::string& after, int count) {
  std::vector<Seat> seats;
  for (int i = 0; i < count; ++i) {
    seats.push_back({first + i, before + std::to_string(label + i) + after});
  }
  return seats;
}

}  // namespace

TEST(SeatPlan, OfSeatsThatCountOnIsOneRun) {
  expect_runs(1, counting(1, 1, R"("label":")", R"(","price":1000)", 1'200));
  expect_runs(1, counting(501, 1, R"("label":"Row 7 seat )", R"( of 20","price":1000)", 120));
  expect_runs(1, counting(8, 99, R"("label":"A1-)", R"(","price":9)", 3));
  expect_runs(1, counting(1, 0, R"("label":"\u0001é )", R"(é","price":9)", 12));
}

TEST(SeatPlan, OfSeatsThatAreAllTheSameIsOneRun) {
  expect_runs(1, {{4, R"("label":"standing")"}, {5, R"("label":"standing")"}});
}

TEST(SeatPlan, BeginsANewRunWhereSeatsDiffer) {
  expect_runs(2, {{1, R"("label":"1","price":5)"}, {2, R"("label":"2","price":6)"}});
  expect_runs(2, {{1, R"("label":"1")"}, {2, R"("label":"3")"}});
  expect_runs(2, {{1, R"("label":"2")"}, {2, R"("label":"1")"}});
  expect_runs(2, {{1, R"("label":"09")"}, {2, R"("label":"10")"}});
  expect_runs(2, {{1, R"("label":"\u00011")"}, {2, R"("label":"\u00012")"}});
  expect_runs(2, {{1, R"("label":"A")"}, {2, R"("label":"B")"}});
  expect_runs(2, {{1, R"("label":"-1")"}, {2, R"("label":"0")"}});
  expect_runs(2, {{1, R"("label":"a")"}, {2, R"("label":"a")"}, {4, R"("label":"a")"}});
  std::vector<Seat> rows = counting(1, 1, R"("label":"A_)", R"(")", 12);
  for (const Seat& seat : counting(13, 1, R"("label":"B_)", R"(")", 12)) rows.push_back(seat);
  expect_runs(2, rows);
}

// Two numbers change at once, or first the one and then the other.
TEST(SeatPlan, CountsOneNumberOfASeat) {
  expect_runs(2, {{1, R"("label":"1-1")"}, {2, R"("label":"2-2")"}});
  expect_runs(2, {{1, R"("label":"1-1")"}, {2, R"("label":"1-2")"}, {3, R"("label":"2-2")"}});
  expect_runs(1, {{1, R"("label":"1-1")"}, {2, R"("label":"2-1")"}, {3, R"("label":"3-1")"}});
  expect_runs(1, {{1, R"("label":"7","price":10)"}, {2, R"("label":"7","price":11)"}});
}

TEST(SeatPlan, SaysOfEachSeatWhoseItIs) {
  const SeatPlan plan = plan_of(counting(5, 1, R"("label":"A_)", R"(")", 4));
  EXPECT_EQ(plan.to_json({{5, "SOLD"}, {7, "HELD"}}, false),
            R"([{"number":5,"label":"A_1","status":"SOLD"},)"
            R"({"number":6,"label":"A_2","status":"AVAILABLE"},)"
            R"({"number":7,"label":"A_3","status":"HELD"},)"
            R"({"number":8,"label":"A_4","status":"AVAILABLE"}])");
  EXPECT_EQ(plan.to_json({{5, "SOLD"}, {7, "HELD"}, {8, "SOLD"}}, true),
            R"([{"number":6,"label":"A_2","status":"AVAILABLE"}])");
  EXPECT_EQ(plan.to_json({{5, "HELD"}, {6, "HELD"}, {7, "HELD"}, {8, "HELD"}}, true), "[]");
}

TEST(SeatPlan, IsNotReadFromAnythingElse) {
  EXPECT_TRUE(SeatPlan::parse(""));
  EXPECT_FALSE(SeatPlan::parse("a plan"));
  EXPECT_FALSE(SeatPlan::parse("1\tmany\tx\t\t\n"));
}

}  // namespace stagedoor
