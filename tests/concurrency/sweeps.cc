// Any number of sweeps may run at once, beside a sale.
#include <gtest/gtest.h>

#include <numeric>

#include "support/seats.h"

using namespace stagedoor::testing;

namespace {

constexpr std::size_t kHolds = 1'000;

std::string held_seats(const Json& concert) {
  return Installation::shared().query_value(
      "SELECT COUNT(*) FROM seats WHERE status <> 'AVAILABLE' AND date_id = " +
      std::to_string(date_of(concert)));
}

}  // namespace

TEST(Sweeps, FiveAtOnceReleaseEachHoldOnce) {
  const Json concert = create_concert(hall(4 * kHolds));
  sweep();  // what other tests have left
  add_lapsed_holds(concert, kHolds, 4);
  const auto swept = parallel(5, 5, [](std::size_t) { return sweep()["holds_expired"].integer(); });
  EXPECT_EQ(std::accumulate(swept.begin(), swept.end(), std::int64_t{0}),
            static_cast<std::int64_t>(kHolds));
  EXPECT_EQ(held_seats(concert), "0");
  EXPECT_EQ(Installation::shared().query_value(
                "SELECT COUNT(*) FROM reservations WHERE status = 'EXPIRED' AND concert_id = " +
                id_of(concert)),
            std::to_string(kHolds));
  expect_whole(concert);
}

// The same seats are taken over while sweeps write down that they had lapsed.
TEST(Sweeps, TakeNothingFromThoseWhoWereFasterThanTheSweep) {
  constexpr std::size_t kUsers = 200;
  const Json concert = create_concert(hall(4 * kHolds));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> fans = admitted(kUsers, concert);
  add_lapsed_holds(concert, kHolds, 4);
  Background sweeps([] { sweep(); });
  Background more_sweeps([] { sweep(); });
  const auto responses = parallel(32, kUsers, [&](std::size_t i) {
    // Across two old holds, and not in their order.
    const auto number = static_cast<std::int64_t>(i) * 16 + 3;
    return reserve(fans[i], date_id, {number + 9, number + 1, number, number + 4});
  });
  more_sweeps.stop();
  sweeps.stop();
  for (const Response& response : responses) EXPECT_EQ(response.status, 201) << response;
  sweep();
  EXPECT_EQ(held_seats(concert), std::to_string(4 * kUsers));
  expect_whole(concert);
}
