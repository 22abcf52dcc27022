// A storm of holds in which parts are killed: what was answered with 201 is there, and everything
// else is wholly there or wholly absent.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "support/seats.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kUsers = 200;
constexpr std::int64_t kSeats = 2'000;
constexpr int kRounds = 10;

Installation& installation() { return Installation::shared(); }

// All users reserve and release again and again; their answers are written down.
class Storm {
 public:
  Storm() : fans_(admitted(kUsers, concert_)), told_(kUsers) {}

  // Runs to its end while `fault` is done to the installation now and then.
  void run(const std::function<void()>& fault) {
    Background faults(fault);
    parallel(32, kUsers, [&](std::size_t i) {
      for (int round = 0; round < kRounds; ++round) reserve_or_release(i, round);
      return 0;
    });
    faults.stop();
  }

  // Once everything runs again.
  void expect_nothing_lost_or_halved() const {
    expect_whole(concert_);
    std::set<std::string> holds;
    for (const Row& row : installation().query(
             "SELECT LOWER(HEX(reservation_id)) FROM reservations WHERE status = 'HELD'"
             " AND concert_id = " +
             id_of(concert_))) {
      holds.insert(row.at(0));
    }
    for (const Told& told : told_) {
      if (!told.hold) continue;
      std::string id = (*told.hold)["reservation_id"].text();
      std::erase(id, '-');
      const bool unsure = told.release_unanswered;
      EXPECT_TRUE(unsure || holds.contains(id)) << *told.hold;
    }
    for (std::size_t i = 0; i < kUsers; ++i) expect_goes_on(i);
  }

  [[nodiscard]] int created() const { return created_; }
  [[nodiscard]] int failed() const { return failed_; }

 private:
  struct Told {
    std::optional<Json> hold;
    bool release_unanswered = false;
    bool reserve_unanswered = false;
  };

  void reserve_or_release(std::size_t i, int round) {
    Told& told = told_[i];
    if (told.hold) {
      const Response response = release(fans_[i].user, *told.hold);
      if (response.status == 204) {
        told = {};
      } else {
        note_failure(response);
        told.release_unanswered = true;
      }
      return;
    }
    const auto number =
        static_cast<std::int64_t>((i * 7 + static_cast<std::size_t>(round)) % (kSeats - 4)) + 1;
    const Response response = round % 2 == 0
                                  ? reserve(fans_[i], date_of(concert_), {number + 2, number})
                                  : reserve_best(fans_[i], date_of(concert_), 3);
    if (response.status == 201) {
      EXPECT_FALSE(told.hold);
      told.hold = response.json();
      ++created_;
      return;
    }
    if (response.status == 409) {
      const std::string code = response.json()["code"].text();
      // An unanswered reserve may have been carried out.
      EXPECT_TRUE(code == "seat_unavailable" || (code == "hold_exists" && told.reserve_unanswered))
          << response;
      return;
    }
    note_failure(response);
    told.reserve_unanswered = true;
  }

  void note_failure(const Response& response) {
    if (++failed_ <= 10) expect_problem(response, 503, "unavailable");
  }

  // No user is stuck: each can release what it holds, and reserve again.
  void expect_goes_on(std::size_t i) const {
    const auto reservations = get("/reservations?limit=1", as(fans_[i].user));
    ASSERT_EQ(reservations.status, 200) << reservations;
    const Json newest = reservations.json()["items"][0];
    if (newest.exists() && newest["status"].text() == "HELD") {
      EXPECT_EQ(release(fans_[i].user, newest).status, 204);
    }
    if (i % 10 != 0) return;
    const Response again = reserve_best(fans_[i], date_of(concert_), 4);
    EXPECT_EQ(again.status, 201) << again;
  }

  Json concert_ = create_concert(hall(kSeats, {{"active_seconds", 3'600}}));
  std::vector<Fan> fans_;
  std::vector<Told> told_;
  std::atomic<int> created_{0};
  std::atomic<int> failed_{0};
};

class SeatFaults : public ::testing::Test {
 protected:
  void TearDown() override { restore(); }

  static void restore() {
    installation().up();
    EXPECT_TRUE(eventually(5s, [] { return send({.path = "/readyz"}).status == 200; }));
  }
};

}  // namespace

TEST_F(SeatFaults, ReserveProcessesAreKilledAgainAndAgain) {
  Storm storm;
  const std::size_t count = installation().processes("reserve_seats").size();
  std::atomic<int> killed{0};
  std::mt19937 random(std::random_device{}());
  storm.run([&] {
    for (const char* handler : {"reserve_seats", "release_reservation"}) {
      const std::vector<pid_t> pids = installation().processes(handler);
      if (!pids.empty() && kill(pids[random() % pids.size()], SIGKILL) == 0) ++killed;
    }
    std::this_thread::sleep_for(50ms);
  });
  EXPECT_GE(killed, 10);
  EXPECT_LE(storm.failed(), killed) << "a killed process may take one request with it, no more";
  EXPECT_TRUE(
      eventually(5s, [&] { return installation().processes("reserve_seats").size() == count; }));
  restore();
  storm.expect_nothing_lost_or_halved();
}

TEST_F(SeatFaults, TheDatabaseIsKilledInMidStorm) {
  Storm storm;
  std::atomic<int> killed{0};
  storm.run([&] {
    if (killed < 2 && storm.created() > 200 * (killed + 1)) {
      installation().kill_part("mariadb");
      ++killed;
      installation().up();
    }
    std::this_thread::sleep_for(1ms);
  });
  EXPECT_GE(killed, 1);
  EXPECT_GT(storm.failed(), 0);
  restore();
  storm.expect_nothing_lost_or_halved();
}

TEST_F(SeatFaults, MemcachedIsKilledAndComesBackWhileNobodyNotices) {
  Storm storm;
  bool killed = false;
  bool is_back = false;
  storm.run([&] {
    if (!killed && storm.created() > 200) {
      installation().kill_part("memcached");
      killed = true;
    } else if (killed && !is_back && storm.created() > 400) {
      installation().up();
      is_back = true;
    }
    std::this_thread::sleep_for(1ms);
  });
  EXPECT_TRUE(killed);
  EXPECT_TRUE(is_back);
  EXPECT_EQ(storm.failed(), 0);
  restore();
  storm.expect_nothing_lost_or_halved();
}
