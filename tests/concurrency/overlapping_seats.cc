// All users want four of the same fifty seats, each in its own order.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <random>
#include <set>

#include "support/deadlocks.h"
#include "support/patient_crowd.h"
#include "support/seats.h"

using namespace stagedoor::testing;

namespace {

constexpr std::size_t kUsers = 400;
constexpr std::size_t kRounds = 20;
constexpr std::size_t kConnections = 64;
constexpr std::int64_t kSeats = 50;
constexpr std::size_t kSeatsEach = 4;

std::vector<std::int64_t> random_seats(std::mt19937& random) {
  std::vector<std::int64_t> numbers(kSeats);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::shuffle(numbers.begin(), numbers.end(), random);
  numbers.resize(kSeatsEach);
  return numbers;
}

struct Wish {
  std::vector<std::int64_t> numbers;
  Response response;
};

// Returns who holds what now.
std::vector<std::size_t> check_round(const std::vector<Wish>& wishes) {
  std::set<std::int64_t> taken;
  std::vector<std::size_t> winners;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const auto& [numbers, response] = wishes[i];
    const std::set<std::int64_t> wanted(numbers.begin(), numbers.end());
    if (response.status == 201) {
      winners.push_back(i);
      const auto got = numbers_of(response.json()["seats"]);
      EXPECT_TRUE(std::equal(got.begin(), got.end(), wanted.begin(), wanted.end())) << response;
      for (const std::int64_t number : got) {
        EXPECT_TRUE(taken.insert(number).second) << "seat " << number << " has two owners";
      }
      continue;
    }
    expect_problem(response, 409, "seat_unavailable");
    const auto refused = response.json()["seats"].items();
    EXPECT_FALSE(refused.empty()) << response;
    for (const Json& number : refused) EXPECT_TRUE(wanted.contains(number.integer())) << response;
  }
  EXPECT_FALSE(winners.empty());
  return winners;
}

}  // namespace

TEST(OverlappingSeats, NobodyMeetsADeadlockOrGetsHalfOfThem) {
  const Json concert = create_concert(hall(kSeats));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> fans = admitted(kUsers, concert);
  const double deadlocks_before = deadlocks();
  std::mt19937 random(std::random_device{}());
  PatientCrowd crowd;
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<Wish> wishes(kUsers);
    for (Wish& wish : wishes) wish.numbers = random_seats(random);
    const auto responses = parallel(kConnections, kUsers, [&](std::size_t i) {
      return crowd.insist([&] { return reserve(fans[i], date_id, wishes[i].numbers); });
    });
    for (std::size_t i = 0; i < kUsers; ++i) wishes[i].response = responses[i];
    const auto winners = check_round(wishes);
    expect_whole(concert);
    parallel(kConnections, winners.size(), [&](std::size_t i) {
      const Response released = crowd.insist(
          [&] { return release(fans[winners[i]].user, responses[winners[i]].json()); });
      EXPECT_EQ(released.status, 204) << released;
      return 0;
    });
    if (HasFailure()) return;
  }
  EXPECT_EQ(Installation::shared().query_value(
                "SELECT COUNT(*) FROM seats WHERE status <> 'AVAILABLE' AND date_id = " +
                std::to_string(date_id)),
            "0");
  std::cout << "deadlocks in the database: " << deadlocks_before << " before, " << deadlocks()
            << " after\n";
}

// Reserves and releases of overlapping seats cross each other.
TEST(OverlappingSeats, ReleasesBesideReservesLeaveEverythingWhole) {
  const Json concert = create_concert(hall(40));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> fans = admitted(64, concert);
  PatientCrowd crowd;
  const auto served = parallel(fans.size(), fans.size(), [&](std::size_t i) {
    std::mt19937 random(static_cast<unsigned>(i));
    int got = 0;
    for (int round = 0; round < 20; ++round) {
      std::vector<std::int64_t> numbers;
      for (std::int64_t k = 0; k < 4; ++k) {
        numbers.push_back(1 + static_cast<std::int64_t>(random() % 10) + 10 * k);
      }
      std::shuffle(numbers.begin(), numbers.end(), random);
      const Response response = crowd.insist([&] { return reserve(fans[i], date_id, numbers); });
      if (response.status == 201) {
        ++got;
        const Response released =
            crowd.insist([&] { return release(fans[i].user, response.json()); });
        EXPECT_EQ(released.status, 204) << released;
      } else {
        expect_problem(response, 409, "seat_unavailable");
      }
    }
    return got;
  });
  EXPECT_GT(std::accumulate(served.begin(), served.end(), 0), 50);
  expect_whole(concert);
}
