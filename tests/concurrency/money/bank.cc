// The bank test: clients move money while everything under them is killed and started again.
// BANK_SECONDS is how long.
#include <signal.h>

#include <array>
#include <atomic>
#include <deque>
#include <iostream>

#include "bank_client.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kClients = 32;
constexpr std::chrono::seconds kDuration{BANK_SECONDS};
// How much longer on a machine on which less happens in that time.
constexpr std::chrono::seconds kPatience{90};
constexpr std::array kVictims{"authorize",      "charge_balance",      "join_queue",   "pay",
                              "refund_payment", "release_reservation", "reserve_seats"};

// One fault after the other; whatever was killed runs again before the next audit.
class Storm {
 public:
  void strike() {
    for (int i = 0; i < 10; ++i) kill_a_process();
    Installation& installation = Installation::shared();
    const std::string part = rounds_++ % 2 == 0 ? "mariadb" : "memcached";
    installation.kill_part(part);
    kill_a_process();
    installation.up();
    expect_clean_audit();
  }

  [[nodiscard]] int rounds() const { return rounds_; }
  [[nodiscard]] int kills() const { return kills_; }

 private:
  void kill_a_process() {
    std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 100));
    const auto pids = Installation::shared().processes(kVictims[random_() % kVictims.size()]);
    if (!pids.empty() && kill(pids[random_() % pids.size()], SIGKILL) == 0) ++kills_;
  }

  std::mt19937 random_{std::random_device{}()};
  std::atomic<int> rounds_{0};
  int kills_ = 0;
};

}  // namespace

TEST(Bank, LosesNothingAndInventsNothingInAStorm) {
  const std::map<std::string, std::int64_t> settings{{"max_seats_per_user", 100},
                                                     {"hold_seconds", 5}};
  const std::vector<Json> concerts{create_concert(hall(kSeatsOfAConcert, settings)),
                                   create_concert(hall(kSeatsOfAConcert, settings))};
  BankCounters counters;
  std::deque<BankClient> clients;
  for (std::size_t i = 0; i < kClients; ++i) clients.emplace_back(concerts, counters);

  Storm storm;
  Background weather([&] { storm.strike(); });
  const auto soonest_end = std::chrono::steady_clock::now() + kDuration;
  const auto latest_end = soonest_end + kPatience;
  const auto has_seen_enough = [&] {
    return storm.rounds() >= 2 && counters.charges > 50 && counters.payments > 10 &&
           counters.refunds > 1;
  };
  const auto goes_on = [&] {
    const auto now = std::chrono::steady_clock::now();
    return now < soonest_end || (now < latest_end && !has_seen_enough());
  };
  parallel(kClients, kClients, [&](std::size_t i) {
    while (goes_on()) clients[i].step();
    return true;
  });
  weather.stop();

  expect_clean_audit();
  parallel(4, kClients, [&](std::size_t i) {
    clients[i].expect_books_agree();
    return true;
  });
  for (const Json& concert : concerts) expect_fair(concert);
  std::cout << "charges " << counters.charges << ", payments " << counters.payments << ", refunds "
            << counters.refunds << ", cancels " << counters.cancels << "; asked again "
            << counters.failures << ", replays " << counters.replays << "; storms "
            << storm.rounds() << ", processes killed " << storm.kills() << '\n';
  EXPECT_TRUE(has_seen_enough());
}
