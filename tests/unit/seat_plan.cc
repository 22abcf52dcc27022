#include "sale/seat_plan_rules.h"

#include <gtest/gtest.h>

namespace stagedoor {
namespace {

SeatRange range(std::int64_t from, std::int64_t to, std::optional<std::string> label = {}) {
  return {.from = from, .to = to, .section = {}, .price = Money{5}, .label = std::move(label)};
}

// The label of each seat as the listing says it.
std::vector<std::string> labels(const SeatRange& seats) {
  std::vector<std::string> found;
  const std::string json = write_seats({seats}, {}, /*available_only=*/false);
  constexpr std::string_view kKey = R"("label":")";
  for (auto at = json.find(kKey); at != std::string::npos; at = json.find(kKey, at)) {
    at += kKey.size();
    found.push_back(json.substr(at, json.find(R"(","section")", at) - at));
  }
  return found;
}

}  // namespace

TEST(SeatLabel, IsTheSeatsNumberUnlessTheRangeHasOne) {
  EXPECT_EQ(seat_label(range(7, 9), 8), "8");
  EXPECT_EQ(seat_label(range(7, 9, "A_{n}"), 7), "A_1");
  EXPECT_EQ(seat_label(range(7, 9, "{n} of {n}"), 9), "3 of 3");
  EXPECT_EQ(seat_label(range(7, 9, "standing"), 9), "standing");
  EXPECT_EQ(seat_label(range(7, 9, ""), 9), "");
  EXPECT_EQ(seat_label(range(7, 9, "{n"), 9), "{n");
}

TEST(SeatLabel, IsTheSameInAListing) {
  EXPECT_EQ(labels(range(99, 101)), (std::vector<std::string>{"99", "100", "101"}));
  EXPECT_EQ(labels(range(99, 101, "Row 7, {n}")),
            (std::vector<std::string>{"Row 7, 1", "Row 7, 2", "Row 7, 3"}));
  EXPECT_EQ(labels(range(1, 2, "\x01{n}\"{n}\"")),
            (std::vector<std::string>{R"(\u00011\"1\")", R"(\u00012\"2\")"}));
}

TEST(WriteSeats, SaysAllOfEachSeatByNumber) {
  const SeatRange balcony = {
      .from = 8, .to = 8, .section = "ba\"l", .grade = "S", .price = Money{0}, .label = "B_{n}"};
  EXPECT_EQ(
      write_seats({balcony, range(1, 1)}, {}, /*available_only=*/false),
      R"([{"number":1,"label":"1","section":null,"grade":"R","price":5,"status":"AVAILABLE"},)"
      R"({"number":8,"label":"B_1","section":"ba\"l","grade":"S","price":0,)"
      R"("status":"AVAILABLE"}])");
}

TEST(WriteSeats, SaysOfEachSeatWhetherItIsTaken) {
  const std::vector<TakenSeats> taken = {{SeatStatus::kSold, 2, 3}, {SeatStatus::kHeld, 5, 8}};
  const std::string json = write_seats({range(1, 4), range(5, 6)}, taken, /*available_only=*/false);
  std::string statuses;
  constexpr std::string_view kKey = R"("status":")";
  for (auto at = json.find(kKey); at != std::string::npos; at = json.find(kKey, at + 1)) {
    statuses += json[at + kKey.size()];
  }
  EXPECT_EQ(statuses, "ASSAHH");
  EXPECT_EQ(
      write_seats({range(1, 4), range(5, 6)}, taken, /*available_only=*/true),
      R"([{"number":1,"label":"1","section":null,"grade":"R","price":5,"status":"AVAILABLE"},)"
      R"({"number":4,"label":"4","section":null,"grade":"R","price":5,"status":"AVAILABLE"}])");
  EXPECT_EQ(write_seats({range(5, 6)}, taken, /*available_only=*/true), "[]");
}

TEST(TakenSeats, OfOneStatusInARowAreOneEntry) {
  std::vector<TakenSeats> taken;
  add_taken_seat(taken, 3, SeatStatus::kHeld);
  add_taken_seat(taken, 4, SeatStatus::kHeld);
  add_taken_seat(taken, 5, SeatStatus::kSold);
  add_taken_seat(taken, 7, SeatStatus::kSold);
  EXPECT_EQ(taken,
            (std::vector<TakenSeats>{
                {SeatStatus::kHeld, 3, 4}, {SeatStatus::kSold, 5, 5}, {SeatStatus::kSold, 7, 7}}));
}

TEST(SeatStatus, IsReadBackFromItsText) {
  for (const SeatStatus status : {SeatStatus::kAvailable, SeatStatus::kHeld, SeatStatus::kSold}) {
    EXPECT_EQ(parse_enum<SeatStatus>(text_of(status)), status);
  }
}

}  // namespace stagedoor
