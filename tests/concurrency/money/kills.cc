// SIGKILL at any moment, also between the commit and the answer: the same key gets the answer.
#include <signal.h>

#include <atomic>
#include <random>

#include "support/money.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kClients = 4;
constexpr auto kGivesUpAfter = 30s;

// Kills one process of the handler after the other, as fast as they come back.
class Killer {
 public:
  explicit Killer(std::string handler)
      : handler_(std::move(handler)), background_([this] { kill_one(); }) {}

  [[nodiscard]] int kills() const { return kills_; }
  void stop() { background_.stop(); }

 private:
  void kill_one() {
    std::this_thread::sleep_for(std::chrono::milliseconds(pause_(random_)));
    const std::vector<pid_t> pids = Installation::shared().processes(handler_);
    if (!pids.empty() && kill(pids[random_() % pids.size()], SIGKILL) == 0) ++kills_;
  }

  std::string handler_;
  std::mt19937 random_{std::random_device{}()};
  std::uniform_int_distribution<int> pause_{1, 15};
  std::atomic<int> kills_{0};
  Background background_;
};

// Repeats a call with its key until it has an answer that is one.
template <typename Call>
Response insist(Call call) {
  Response response;
  const bool answered = eventually(kGivesUpAfter, [&] {
    response = call();
    return response.status != 503;
  });
  EXPECT_TRUE(answered) << response;
  return response;
}

bool is_replayed(const Response& response) { return response.has_header("Idempotency-Replayed"); }

}  // namespace

// Runs until it has seen what it is about: an answer that only the second try got.
TEST(KilledHandlers, ChargeEveryKeyOnce) {
  std::vector<User> users;
  for (std::size_t i = 0; i < kClients; ++i) users.push_back(new_user());
  std::atomic<int> replays{0};
  std::vector<std::int64_t> charged(kClients);
  const auto soonest_end = std::chrono::steady_clock::now() + 10s;
  const auto latest_end = soonest_end + 50s;
  Killer killer("charge_balance");
  const auto goes_on = [&](int charges) {
    const auto now = std::chrono::steady_clock::now();
    if (replays < 1 || killer.kills() <= 10) return now < latest_end;
    return charges < 100 && now < soonest_end;
  };
  parallel(kClients, kClients, [&](std::size_t client) {
    for (int i = 0; goes_on(i); ++i) {
      const std::string key = new_key();
      const Response made = insist([&] { return charge(users[client], 1, key); });
      EXPECT_EQ(made.status, 201) << made;
      if (is_replayed(made)) ++replays;
      ++charged[client];
      EXPECT_EQ(made.json()["balance"].integer(), charged[client]);
    }
    return true;
  });
  killer.stop();
  RecordProperty("kills", killer.kills());
  RecordProperty("replays", replays);
  EXPECT_GT(killer.kills(), 10);
  EXPECT_GT(replays, 0) << "no kill hit the moment between commit and answer";
  for (std::size_t i = 0; i < kClients; ++i) {
    EXPECT_TRUE(eventually(5s, [&] { return charge(users[i], 1).status == 201; }));
    EXPECT_EQ(balance_of(users[i]), charged[i] + 1);
    EXPECT_EQ(ledger_of(users[i]).size(), static_cast<std::size_t>(charged[i] + 1));
  }
}

TEST(KilledHandlers, TakeEveryPaymentOnce) {
  constexpr std::size_t kPayments = 120;
  const Json concert = create_concert(hall(kPayments));
  const std::vector<Fan> buyers = admitted(kPayments, concert);
  std::vector<User> users;
  for (const Fan& buyer : buyers) users.push_back(buyer.user);
  fund(users, 2 * kSeatPrice);
  std::vector<Json> reservations(kPayments);
  parallel(kClients, kPayments, [&](std::size_t i) {
    reservations[i] = held(buyers[i], date_of(concert), {static_cast<std::int64_t>(i) + 1});
    return true;
  });

  std::atomic<int> replays{0};
  const auto latest_end = std::chrono::steady_clock::now() + 60s;
  Killer killer("pay");
  parallel(kClients, kPayments, [&](std::size_t i) {
    const std::string key = new_key();
    const Response made = insist([&] { return pay(buyers[i], reservations[i], key); });
    EXPECT_EQ(made.status, 201) << made;
    if (is_replayed(made)) ++replays;
    // The first ones repeat theirs until processes have been killed, and the others pay after that.
    do {
      const Response again = insist([&] { return pay(buyers[i], reservations[i], key); });
      EXPECT_EQ(again.body, made.body);
    } while (killer.kills() <= static_cast<int>(i) && killer.kills() <= 5 &&
             std::chrono::steady_clock::now() < latest_end);
    return true;
  });
  killer.stop();
  RecordProperty("kills", killer.kills());
  RecordProperty("replays", replays);
  EXPECT_GT(killer.kills(), 5);
  for (const User& user : users) {
    EXPECT_EQ(balance_of(user), kSeatPrice);
    EXPECT_EQ(ledger_of(user).size(), 2U);
  }
}
