// A thousand hands reach for one seat.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "support/patient_crowd.h"
#include "support/seats.h"
#include "support/slowness.h"

using namespace stagedoor::testing;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kUsers = 1'000;
constexpr std::size_t kConnections = 64;
constexpr double kLockWaitTimeoutS = 3;

}  // namespace

TEST(OneSeat, OfAThousandExactlyOneGetsIt) {
  const Json concert = create_concert(hall(50));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> fans = admitted(kUsers, concert);

  const Slowness slowness;
  const auto started_at = Clock::now();
  PatientCrowd crowd;
  const std::vector<Response> responses = parallel(kConnections, kUsers, [&](std::size_t i) {
    return crowd.insist([&] { return reserve(fans[i], date_id, {7}); });
  });
  const std::chrono::duration<double> took = Clock::now() - started_at;

  std::size_t winners = 0;
  double slowest_s = 0;
  for (const Response& response : responses) {
    slowest_s = std::max(slowest_s, response.seconds);
    if (response.status == 201) {
      ++winners;
      continue;
    }
    expect_problem(response, 409, "seat_unavailable");
    EXPECT_EQ(response.json()["seats"].dump(), "[7]") << response;
  }
  EXPECT_EQ(winners, 1U);
  EXPECT_LT(slowest_s, kLockWaitTimeoutS * slowness.factor())
      << "a request may have waited for a lock in vain";
  EXPECT_EQ(Installation::shared().query_value(
                "SELECT COUNT(*) FROM reservations WHERE concert_id = " + id_of(concert)),
            "1");
  expect_whole(concert);
  std::cout << kUsers << " requests for one seat: " << static_cast<int>(kUsers / took.count())
            << "/s, slowest " << slowest_s << " s\n";
}
