// A sweep of fifty thousand lapsed holds, beside a sale that goes on.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <iostream>

#include "support/seats.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kHolds = 50'000;
constexpr std::int64_t kOtherSeats = 10'000;

std::int64_t open_holds(const Json& concert) {
  return std::stoll(Installation::shared().query_value(
      "SELECT COUNT(*) FROM reservations WHERE status = 'HELD' AND concert_id = " +
      id_of(concert)));
}

// Holds a seat behind the old ones and lets it go; how long the reserve took.
double reserve_once(const Fan& fan, std::int64_t date_id, int turn) {
  const auto number = static_cast<std::int64_t>(kHolds) + 1 + turn % kOtherSeats;
  const Response response = reserve(fan, date_id, {number});
  EXPECT_EQ(response.status, 201) << response;
  if (response.status == 201) {
    EXPECT_EQ(release(fan.user, response.json()).status, 204);
  }
  return response.seconds;
}

}  // namespace

TEST(BigSweep, GoesInBatchesAndSlowsNobodyDown) {
  const Json concert = create_concert(
      hall(static_cast<std::int64_t>(kHolds) + kOtherSeats, {{"active_seconds", 3'600}}));
  const std::int64_t date_id = date_of(concert);
  const Fan fan = admitted(concert);
  add_lapsed_holds(concert, kHolds, 1);
  ASSERT_EQ(open_holds(concert), static_cast<std::int64_t>(kHolds));

  std::vector<double> alone_s;
  for (int turn = 0; turn < 500; ++turn) alone_s.push_back(reserve_once(fan, date_id, turn));

  std::vector<double> beside_s;
  std::vector<std::int64_t> seen_open;
  auto swept = std::async(std::launch::async, sweep);
  for (int turn = 0; swept.wait_for(0s) != std::future_status::ready; ++turn) {
    if (turn % 100 == 50) seen_open.push_back(open_holds(concert));
    beside_s.push_back(reserve_once(fan, date_id, turn));
  }
  const Json summary = swept.get();

  EXPECT_EQ(summary["holds_expired"].integer(), static_cast<std::int64_t>(kHolds)) << summary;
  EXPECT_EQ(open_holds(concert), 0);
  seen_open.erase(std::unique(seen_open.begin(), seen_open.end()), seen_open.end());
  EXPECT_GE(seen_open.size(), 3U) << "the sweep made one big step";
  ASSERT_GE(beside_s.size(), 100U);
  EXPECT_LE(median(beside_s), 2 * median(alone_s));
  std::cout << "sweep of " << kHolds << " holds: " << summary["ms"].integer()
            << " ms; a reserve alone " << median(alone_s) * 1'000 << " ms, beside it "
            << median(beside_s) * 1'000 << " ms (slowest "
            << *std::max_element(beside_s.begin(), beside_s.end()) * 1'000 << ")\n";
  expect_whole(concert);
}

TEST(BigSweep, FiveAtOnceReleaseFiftyThousandHoldsOnceEach) {
  const Json concert = create_concert(hall(static_cast<std::int64_t>(kHolds)));
  add_lapsed_holds(concert, kHolds, 1);
  std::int64_t total = 0;
  for (const std::int64_t swept :
       parallel(5, 5, [](std::size_t) { return sweep()["holds_expired"].integer(); })) {
    total += swept;
  }
  EXPECT_EQ(total, static_cast<std::int64_t>(kHolds));
  EXPECT_EQ(open_holds(concert), 0);
  expect_whole(concert);
}
