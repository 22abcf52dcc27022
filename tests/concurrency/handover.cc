// A hold that has lapsed is free for others from that instant, although nothing sweeps.
#include <gtest/gtest.h>

#include <cstdio>
#include <ctime>
#include <thread>

#include "support/seats.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

using SystemTime = std::chrono::system_clock::time_point;

constexpr std::int64_t kHoldS = 5;

// The database's clock is this host's.
SystemTime time_of(const Json& text) {
  std::tm utc{};
  int milliseconds = 0;
  const std::string value = text.text();
  std::sscanf(value.c_str(), "%d-%d-%dT%d:%d:%d.%dZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
              &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &milliseconds);
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  return std::chrono::system_clock::from_time_t(timegm(&utc)) +
         std::chrono::milliseconds(milliseconds);
}

// What one asks, and when.
struct Asked {
  SystemTime sent_at;
  SystemTime answered_at;
  Response response;
};

Asked ask(const Fan& fan, std::int64_t date_id, std::int64_t number) {
  Asked asked;
  asked.sent_at = std::chrono::system_clock::now();
  asked.response = reserve(fan, date_id, {number});
  asked.answered_at = std::chrono::system_clock::now();
  return asked;
}

// Times in answers are cut to milliseconds.
void expect_refused_until(SystemTime deadline, const Asked& asked) {
  if (asked.response.status == 201) {
    EXPECT_GE(time_of(asked.response.json()["created_at"]), deadline) << asked.response;
    return;
  }
  expect_problem(asked.response, 409, "seat_unavailable");
  EXPECT_LE(asked.sent_at, deadline + 1ms) << "free, but refused: " << asked.response;
}

void expect_ended(const Fan& fan, const Json& reservation) {
  EXPECT_EQ(reservation_now(fan.user, reservation)["status"].text(), "EXPIRED");
  EXPECT_TRUE(
      eventually(2s, [&] { return state_of(fan.queue_token)["status"].text() == "EXPIRED"; }));
  EXPECT_EQ(state_of(fan.queue_token)["expired_reason"].text(), "HOLD_LAPSED");
}

}  // namespace

TEST(Handover, ShortlyBeforeTheDeadlineItIsTakenAndShortlyAfterItIsFree) {
  const Json concert = create_concert(hall(50, {{"hold_seconds", kHoldS}}));
  const std::int64_t date_id = date_of(concert);
  const Fan first = admitted(concert);
  const Fan second = admitted(concert);
  const Json hold = held(first, date_id, {7});
  const SystemTime deadline = time_of(hold["held_until"]);
  EXPECT_EQ(deadline - time_of(hold["created_at"]), std::chrono::seconds(kHoldS));

  std::this_thread::sleep_until(deadline - 100ms);
  const Asked early = ask(second, date_id, 7);
  expect_refused_until(deadline, early);
  EXPECT_TRUE(early.response.status == 409 || early.answered_at > deadline) << early.response;
  std::this_thread::sleep_until(deadline + 100ms);
  if (early.response.status != 201) {
    const Asked late = ask(second, date_id, 7);
    EXPECT_EQ(late.response.status, 201) << late.response;
  }
  expect_ended(first, hold);
  expect_problem(reserve(first, date_id, {8}), 403, "queue_token_expired");
  expect_whole(concert);
}

TEST(Handover, TwoHundredSeatsChangeHandsAtOnceEachFromOneOwnerToOne) {
  constexpr std::size_t kHandovers = 200;
  const Json concert = create_concert(hall(kHandovers, {{"hold_seconds", kHoldS}}));
  const std::int64_t date_id = date_of(concert);
  const std::vector<Fan> before = admitted(kHandovers, concert);
  const std::vector<Fan> after = admitted(2 * kHandovers, concert);
  const auto holds = parallel(32, kHandovers, [&](std::size_t i) {
    return held(before[i], date_id, {static_cast<std::int64_t>(i) + 1});
  });
  // Two want each seat as soon as it is free.
  const auto asked = parallel(64, after.size(), [&](std::size_t i) {
    const SystemTime deadline = time_of(holds[i / 2]["held_until"]);
    const auto number = static_cast<std::int64_t>(i) / 2 + 1;
    std::this_thread::sleep_until(deadline - 50ms);
    Asked last = ask(after[i], date_id, number);
    while (last.response.status == 409 && last.sent_at <= deadline + 1ms) {
      last = ask(after[i], date_id, number);
    }
    return last;
  });
  for (std::size_t seat = 0; seat < kHandovers; ++seat) {
    int winners = 0;
    for (const std::size_t i : {2 * seat, 2 * seat + 1}) {
      if (asked[i].response.status != 201) {
        expect_problem(asked[i].response, 409, "seat_unavailable");
        continue;
      }
      ++winners;
      EXPECT_GE(time_of(asked[i].response.json()["created_at"]),
                time_of(holds[seat]["held_until"]));
    }
    EXPECT_EQ(winners, 1) << "seat " << seat + 1;
  }
  parallel(16, kHandovers, [&](std::size_t i) {
    expect_ended(before[i], holds[i]);
    return 0;
  });
  expect_whole(concert);
}
