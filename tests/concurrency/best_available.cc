// Many ask for the best seats at once.
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <set>

#include "support/patient_crowd.h"
#include "support/seats.h"

using namespace stagedoor::testing;

namespace {

constexpr std::size_t kConnections = 64;

// All are served, and no seat has two owners. Returns how many sit together.
std::size_t expect_all_served(const std::vector<Response>& responses) {
  std::set<std::int64_t> taken;
  std::size_t together = 0;
  for (const Response& response : responses) {
    EXPECT_EQ(response.status, 201) << response;
    if (response.status != 201) continue;
    const Json reservation = response.json();
    together += are_neighbours(reservation) ? 1 : 0;
    for (const std::int64_t number : numbers_of(reservation["seats"])) {
      EXPECT_TRUE(taken.insert(number).second) << "seat " << number << " has two owners";
    }
  }
  return together;
}

}  // namespace

TEST(BestAvailable, ServesAHundredAndSixtyPairsAtOnceSideBySide) {
  constexpr std::size_t kUsers = 160;
  NewConcert ten_rows = hall(400);
  ten_rows.dates[0].seats_json.clear();
  for (std::int64_t row = 0; row < 10; ++row) {
    ten_rows.dates[0].seats_json +=
        (row == 0 ? "[" : ",") +
        seat_range(row * 40 + 1, row * 40 + 40, "\"section\":\"row " + std::to_string(row) + "\"");
  }
  ten_rows.dates[0].seats_json += "]";
  const Json concert = create_concert(ten_rows);
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> fans = admitted(kUsers, concert);
  PatientCrowd crowd;
  const auto responses = parallel(kConnections, kUsers, [&](std::size_t i) {
    return crowd.insist([&] { return reserve_best(fans[i], date_id, 2); });
  });
  EXPECT_EQ(expect_all_served(responses), kUsers);
  expect_whole(concert);
}

// The hall has no seat to spare: a pair that is torn leaves another one torn.
TEST(BestAvailable, SeatsTwoHundredPairsAtOnceSideBySideToTheLastSeat) {
  constexpr std::size_t kUsers = 200;
  const Json concert = create_concert(hall(2 * kUsers));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> fans = admitted(kUsers, concert);
  PatientCrowd crowd;
  const auto responses = parallel(kUsers, kUsers, [&](std::size_t i) {
    return crowd.insist([&] { return reserve_best(fans[i], date_id, 2); });
  });
  EXPECT_EQ(expect_all_served(responses), kUsers);
  expect_whole(concert);
}

TEST(BestAvailable, RefusesNobodyForARaceWhileThereAreEnoughSeats) {
  constexpr std::size_t kUsers = 160;
  // 1, 2, 3, 4, 1, ... seats each: exactly as many as there are.
  const Json concert = create_concert(hall(400));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> fans = admitted(kUsers + 1, concert);
  PatientCrowd crowd;
  const auto responses = parallel(kConnections, kUsers, [&](std::size_t i) {
    return crowd.insist(
        [&] { return reserve_best(fans[i], date_id, 1 + static_cast<std::int64_t>(i % 4)); });
  });
  const std::size_t together = expect_all_served(responses);
  EXPECT_GE(together, kUsers * 3 / 4);
  std::cout << together << " of " << kUsers << " sit together\n";
  expect_problem(reserve_best(fans[kUsers], date_id, 1), 409, "not_enough_seats");
  expect_whole(concert);
}

TEST(BestAvailable, TakesWhatHasLapsedWhenNothingElseIsLeft) {
  constexpr std::size_t kUsers = 25;
  const Json concert = create_concert(hall(50));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> before = admitted(kUsers, concert);
  const std::vector<Fan> after = admitted(kUsers, concert);
  PatientCrowd crowd;
  const auto reserve_two = [&](const std::vector<Fan>& fans) {
    return parallel(kUsers, kUsers, [&](std::size_t i) {
      return crowd.insist([&] { return reserve_best(fans[i], date_id, 2); });
    });
  };
  expect_all_served(reserve_two(before));
  expect_problem(reserve_best(after[0], date_id, 1), 409, "not_enough_seats");
  let_all_lapse(concert);
  expect_all_served(reserve_two(after));
  expect_whole(concert);
}

// Those who name their seats and those who do not reach for the same ones.
TEST(BestAvailable, GetsOnWithThoseWhoNameTheirSeats) {
  constexpr std::size_t kUsers = 200;
  const Json concert = create_concert(hall(400));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> fans = admitted(kUsers, concert);
  PatientCrowd crowd;
  const auto responses = parallel(kConnections, kUsers, [&](std::size_t i) {
    const auto number = static_cast<std::int64_t>(i) + 1;
    return crowd.insist([&] {
      return i % 2 == 0 ? reserve_best(fans[i], date_id, 2)
                        : reserve(fans[i], date_id, {number + 1, number});
    });
  });
  std::vector<Response> best;
  for (std::size_t i = 0; i < kUsers; ++i) {
    if (i % 2 == 0) {
      best.push_back(responses[i]);
    } else if (responses[i].status != 201) {
      expect_problem(responses[i], 409, "seat_unavailable");
    }
  }
  expect_all_served(best);
  expect_whole(concert);
}

// The choice may cost something, but those who choose must not stand in each other's way.
TEST(BestAvailable, KeepsPaceWithThoseWhoNameTheirSeats) {
  constexpr std::size_t kUsers = 500;
  const Json concert = create_concert(hall(8'000));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> fans = admitted(kUsers, concert);
  PatientCrowd crowd;
  // All users reserve two by `reserve_two`; returns how many of those a second takes.
  const auto rate_of = [&](const auto& reserve_two) {
    const auto started_at = std::chrono::steady_clock::now();
    const auto responses = parallel(kConnections, kUsers, [&](std::size_t i) {
      return crowd.insist([&] { return reserve_two(i); });
    });
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_at;
    EXPECT_EQ(expect_all_served(responses), kUsers);
    parallel(kConnections, kUsers, [&](std::size_t i) {
      const Response released =
          crowd.insist([&] { return release(fans[i].user, responses[i].json()); });
      EXPECT_EQ(released.status, 204) << released;
      return 0;
    });
    return kUsers / took.count();
  };
  const double best = rate_of([&](std::size_t i) { return reserve_best(fans[i], date_id, 2); });
  const double named = rate_of([&](std::size_t i) {
    const auto number = static_cast<std::int64_t>(i) * 16 + 1;
    return reserve(fans[i], date_id, {number, number + 1});
  });
  std::cout << "8,000 seats, 64 connections: " << static_cast<int>(best) << " best/s, "
            << static_cast<int>(named) << " named/s\n";
  EXPECT_GT(best, named / 4);
}
