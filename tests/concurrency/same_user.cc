// One user with many hands.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "support/money.h"
#include "support/patient_crowd.h"
#include "support/seats.h"

using namespace stagedoor::testing;

namespace {

constexpr std::size_t kHands = 32;

std::size_t count_created(const std::vector<Response>& responses) {
  return static_cast<std::size_t>(
      std::count_if(responses.begin(), responses.end(),
                    [](const Response& response) { return response.status == 201; }));
}

std::string value(const std::string& sql) { return Installation::shared().query_value(sql); }

}  // namespace

TEST(SameUser, GetsOneOpenHoldHoweverManyHeAsksForAtOnce) {
  const Json concert = create_concert(hall(200));
  const std::int64_t date_id = date_of(concert);
  const Fan fan = admitted(concert);
  const auto responses = parallel(kHands, kHands, [&](std::size_t i) {
    const auto number = static_cast<std::int64_t>(i) * 2 + 1;
    return i % 4 == 0 ? reserve_best(fan, date_id, 2) : reserve(fan, date_id, {number, number + 1});
  });
  ASSERT_EQ(count_created(responses), 1U);
  const auto winner = std::find_if(responses.begin(), responses.end(),
                                   [](const Response& response) { return response.status == 201; });
  for (const Response& response : responses) {
    if (response.status == 201) continue;
    expect_problem(response, 409, "hold_exists");
    EXPECT_EQ(response.json()["reservation_id"], winner->json()["reservation_id"]);
  }
  EXPECT_EQ(value("SELECT COUNT(*) FROM seats WHERE status = 'HELD' AND date_id = " +
                  std::to_string(date_id)),
            "2");
  expect_whole(concert);
}

// Reserving, releasing and asking for more than the limit, all at once.
TEST(SameUser, NeverHoldsMoreThanTheLimit) {
  constexpr std::size_t kCalls = 400;
  constexpr std::size_t kCallsMax = 20 * kCalls;
  constexpr int kCreated = 10;
  const Json concert = create_concert(hall(50, {{"max_seats_per_user", 3}}));
  const std::int64_t date_id = date_of(concert);
  const Fan fan = admitted(concert);
  std::atomic<int> looks{0};
  Background watch([&] {
    const std::string seats = value(
        "SELECT CAST(COALESCE(SUM(seat_count), 0) AS SIGNED) FROM reservations"
        " WHERE status = 'HELD' AND concert_id = " +
        id_of(concert));
    EXPECT_LE(std::stoi(seats), 3);
    ++looks;
  });
  // How many of them meet no other hold depends on how the machine shares out its processors.
  std::atomic<int> created{0};
  parallel(16, kCallsMax, [&](std::size_t i) {
    if (i >= kCalls && created > kCreated) return true;
    const auto count = static_cast<std::int64_t>(i % 4) + 1;
    const Response response = reserve_best(fan, date_id, count);
    if (response.status == 201) {
      EXPECT_LE(numbers_of(response.json()["seats"]).size(), 3U);
      EXPECT_EQ(release(fan.user, response.json()).status, 204);
      ++created;
      return true;
    }
    EXPECT_EQ(response.status, 409) << response;
    const std::string code = response.json()["code"].text();
    EXPECT_TRUE(code == "hold_exists" || (code == "seat_limit_exceeded" && count == 4)) << response;
    return true;
  });
  watch.stop();
  EXPECT_GE(looks, 2);
  EXPECT_GT(created, kCreated);
  expect_whole(concert);
}

TEST(SameUser, NeverOwnsAndHoldsMoreThanTheLimit) {
  const Json concert = create_concert(hall(50, {{"max_seats_per_user", 5}}));
  const std::int64_t date_id = date_of(concert);
  const User user = new_user();
  fund({user}, 100 * kSeatPrice);
  std::size_t owned = 0;
  // In each round the user asks for three at a time and for two, and pays for the answer.
  for (int round = 0; round < 4; ++round) {
    const Fan fan = admitted(concert, user);
    const auto responses = parallel(16, 16, [&](std::size_t i) {
      return reserve_best(fan, date_id, round > 0 && i % 2 == 1 ? 2 : 3);
    });
    const std::size_t created = count_created(responses);
    EXPECT_EQ(created, owned < 5 ? 1U : 0U) << "round " << round;
    for (const Response& response : responses) {
      if (response.status != 201) {
        EXPECT_EQ(response.status, 409) << response;
        continue;
      }
      owned += response.json()["seats"].size();
      paid_by(fan, response.json());
    }
    EXPECT_LE(owned, 5U);
  }
  EXPECT_EQ(owned, 5U);
  expect_whole(concert);
}

TEST(SameUser, AppliesTenDuplicatesWithOneKeyOnce) {
  const Json concert = create_concert(hall(50));
  const std::int64_t date_id = date_of(concert);
  const Fan fan = admitted(concert);
  const auto responses = parallel(10, 10, [&](std::size_t) {
    return reserve(fan, date_id, {5, 6}, {{"Idempotency-Key", "the-only-one"}});
  });
  std::size_t replays = 0;
  for (const Response& response : responses) {
    ASSERT_EQ(response.status, 201) << response;
    EXPECT_EQ(response.body, responses[0].body);
    replays += response.has_header("Idempotency-Replayed") ? 1U : 0U;
  }
  EXPECT_EQ(replays, responses.size() - 1);
  EXPECT_EQ(value("SELECT COUNT(*) FROM reservations WHERE concert_id = " + id_of(concert)), "1");
}

// Leaving releases the hold: whichever comes first, nothing stays behind.
TEST(SameUser, ReservesWhileHeLeavesAndKeepsNothing) {
  const Json concert = create_concert(hall(100));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> fans = admitted(40, concert);
  PatientCrowd crowd;
  parallel(80, 80, [&](std::size_t i) {
    const Fan& fan = fans[i / 2];
    if (i % 2 == 0) {
      EXPECT_EQ(crowd.insist([&] { return leave(fan.queue_token); }).status, 204);
      return 0;
    }
    const Response response = crowd.insist([&] { return reserve_best(fan, date_id, 2); });
    if (response.status != 201) expect_problem(response, 403, "queue_token_expired");
    return 0;
  });
  EXPECT_EQ(value("SELECT COUNT(*) FROM seats WHERE status <> 'AVAILABLE' AND date_id = " +
                  std::to_string(date_id)),
            "0");
  EXPECT_EQ(value("SELECT COUNT(*) FROM reservations WHERE status = 'HELD' AND concert_id = " +
                  id_of(concert)),
            "0");
  expect_whole(concert);
}
