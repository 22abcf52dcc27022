// The line when things are killed: no place is lost, doubled or reordered.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>

#include "support/queue.h"
#include "support/slowness.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto kRecoversWithin = 5s;

Installation& installation() { return Installation::shared(); }

class QueueFaults : public ::testing::Test {
 protected:
  void SetUp() override {
    installation().up();
    admin_token();
  }
  void TearDown() override {
    installation().up();
    EXPECT_TRUE(
        eventually(kRecoversWithin, [] { return send({.path = "/readyz"}).status == 200; }));
  }
};

// A line of `count` behind one who is inside, and pollers that never stop asking.
class WatchedLine {
 public:
  explicit WatchedLine(std::size_t count)
      : concert_(create_concert({.settings = {{"max_active", 1}}})),
        inside_(joined(new_user(), concert_)),
        states_(join_in_order(count, concert_)),
        last_(count) {
    for (auto& position : last_) position = std::numeric_limits<std::int64_t>::max();
  }

  void start(std::size_t pollers) {
    for (std::size_t i = 0; i < pollers; ++i) {
      pollers_.push_back(std::make_unique<Background>([this, i, pollers, at = i]() mutable {
        look(at);
        at = at + pollers < states_.size() ? at + pollers : i;
      }));
    }
  }
  void stop() {
    for (auto& poller : pollers_) poller->stop();
  }

  void look(std::size_t i) {
    const Response response = poll(states_[i]["token"].text());
    double slowest = slowest_;
    while (response.seconds > slowest &&
           !slowest_.compare_exchange_weak(slowest, response.seconds)) {
    }
    ++looks_;
    if (response.status != 200) {
      if (++failed_ <= 3) ADD_FAILURE() << response;
      return;
    }
    const Json state = response.json();
    if (state["status"].text() != "WAITING") return;
    const std::int64_t position = state["position"].integer();
    if (position > last_[i].exchange(position)) {
      ADD_FAILURE() << "the position of " << i << " grew: " << state;
    }
  }

  void leave_at(std::size_t i) {
    EXPECT_EQ(leave(states_[i]["token"].text()).status, 204);
    left_.push_back(i);
  }

  // All who have not left stand exactly where they should, within two seconds.
  void expect_exact() const {
    std::map<std::string, std::int64_t> wrong;
    const bool exact = eventually(2s, [&] {
      wrong.clear();
      const auto positions = exact_positions(concert_);
      for (const Json& before : states_) {
        const Json state = state_of(before);
        const auto found = positions.find(state["token_id"].text());
        const std::int64_t shown = state["position"].is_null() ? -1 : state["position"].integer();
        const std::int64_t expected = found == positions.end() ? -1 : found->second;
        if (shown != expected && state["status"].text() != "ACTIVE") {
          wrong[state["token_id"].text()] = shown;
        }
      }
      return wrong.empty();
    });
    EXPECT_TRUE(exact) << wrong.size() << " wrong";
    for (const std::size_t i : left_) {
      EXPECT_EQ(state_of(states_[i])["expired_reason"].text(), "LEFT");
    }
    expect_fair(concert_);
  }

  [[nodiscard]] const Json& concert() const { return concert_; }
  [[nodiscard]] const Json& inside() const { return inside_; }
  [[nodiscard]] const std::vector<Json>& states() const { return states_; }
  [[nodiscard]] double slowest_s() const { return slowest_; }
  [[nodiscard]] int looks() const { return looks_; }

 private:
  Json concert_;
  Json inside_;
  std::vector<Json> states_;
  std::vector<std::size_t> left_;
  std::vector<std::atomic<std::int64_t>> last_;
  std::atomic<double> slowest_{0};
  std::atomic<int> looks_{0};
  std::atomic<int> failed_{0};
  std::vector<std::unique_ptr<Background>> pollers_;
};

// All who join at some time during a storm, and their answers.
struct Stormed {
  std::vector<User> users;
  std::vector<Response> responses;
};

void expect_whoever_was_told_has_his_place(const Stormed& stormed, const Json& concert) {
  std::map<std::string, std::int64_t> places;
  for (const TokenRow& row : token_rows(concert)) places[row.token_id] = row.place;
  for (const Response& response : stormed.responses) {
    if (response.status != 201 && response.status != 200) continue;
    EXPECT_TRUE(places.contains(response.json()["token_id"].text())) << response;
  }
  // The others come again, and have one place each as well.
  for (std::size_t i = 0; i < stormed.users.size(); ++i) {
    const Response again = join(stormed.users[i], concert);
    const bool told = stormed.responses[i].status == 201;
    EXPECT_TRUE(again.status == 200 || (again.status == 201 && !told)) << again;
    if (told) {
      EXPECT_EQ(again.json()["token"], stormed.responses[i].json()["token"]);
    }
  }
  EXPECT_EQ(token_rows(concert).size(), stormed.users.size());
  expect_fair(concert);
}

void restart_processes(const std::vector<std::string>& handlers) {
  for (const std::string& handler : handlers) {
    const std::vector<pid_t> before = installation().processes(handler);
    for (const pid_t pid : before) kill(pid, SIGTERM);
    ASSERT_TRUE(eventually(10s, [&] {
      const std::vector<pid_t> now = installation().processes(handler);
      return now.size() == before.size() && std::none_of(now.begin(), now.end(), [&](pid_t pid) {
               return std::find(before.begin(), before.end(), pid) != before.end();
             });
    })) << handler;
  }
}

void write_keys(const std::string& keys) {
  std::ofstream(installation().home() / "secrets/queue_token_keys") << keys;
}

}  // namespace

TEST_F(QueueFaults, MemcachedEmptiedAgainAndAgainLosesNothing) {
  WatchedLine line(200);
  line.start(8);
  for (std::size_t round = 0; round < 30; ++round) {
    line.leave_at(round * 5 + 1);
    installation().flush_memcached();
    if (round % 10 == 0) line.leave_at(round * 5 + 3);
  }
  line.stop();
  line.expect_exact();
  EXPECT_EQ(state_of(line.inside())["status"].text(), "ACTIVE");
}

TEST_F(QueueFaults, WithoutMemcachedPollsGoOnAndTheLineMovesInOrder) {
  const Slowness slowness;
  WatchedLine line(150);
  line.start(8);
  line.leave_at(20);
  installation().kill_part("memcached");
  line.leave_at(40);
  EXPECT_EQ(change(line.concert(), R"({"max_active":3})").status, 200);
  EXPECT_TRUE(becomes(line.states()[1], "ACTIVE"));
  line.expect_exact();
  const Json late = joined(new_user(), line.concert());
  EXPECT_EQ(late["status"].text(), "WAITING") << late;
  leave(line.inside()["token"].text());
  EXPECT_TRUE(becomes(line.states()[2], "ACTIVE"));
  const int looks_without = line.looks();
  EXPECT_TRUE(eventually(2s, [&] { return line.looks() > looks_without + 100; }));

  installation().up();
  line.leave_at(60);
  leave(line.states()[0]["token"].text());
  EXPECT_TRUE(becomes(line.states()[3], "ACTIVE"));
  line.stop();
  line.expect_exact();
  EXPECT_LT(line.slowest_s(), 2.0 * slowness.factor());
}

TEST_F(QueueFaults, AMemcachedThatHangsStopsNoPoll) {
  const ImpatientHandlers impatient(installation());
  const Slowness slowness;
  WatchedLine line(50);
  line.start(4);
  installation().signal_part("memcached", SIGSTOP);
  line.leave_at(10);
  leave(line.inside()["token"].text());
  EXPECT_TRUE(becomes(line.states()[0], "ACTIVE"));
  installation().signal_part("memcached", SIGCONT);
  line.stop();
  line.expect_exact();
  EXPECT_LT(line.slowest_s(), 2.0 * slowness.factor());
}

TEST_F(QueueFaults, ADatabaseKilledInMidJoinLosesNobodyWhoWasTold) {
  const Json concert = create_concert({.settings = {{"max_active", 1}}});
  Stormed stormed{.users = new_users(1'500), .responses = {}};
  std::atomic<std::size_t> answered{0};
  std::atomic<bool> killed{false};
  Background killer([&] {
    if (answered > 300 && !killed.exchange(true)) installation().kill_part("mariadb");
    std::this_thread::sleep_for(1ms);
  });
  stormed.responses = parallel(16, stormed.users.size(), [&](std::size_t i) {
    const Response response = join(stormed.users[i], concert);
    ++answered;
    return response;
  });
  killer.stop();
  ASSERT_TRUE(killed);
  std::size_t refused = 0;
  for (const Response& response : stormed.responses) {
    if (response.status == 201) continue;
    if (++refused <= 20) expect_problem(response, 503, "unavailable");
    EXPECT_TRUE(response.has_header("Retry-After")) << response;
  }
  EXPECT_GT(refused, 100U);
  installation().up();
  EXPECT_TRUE(
      eventually(kRecoversWithin, [&] { return join(stormed.users[0], concert).status < 300; }));
  expect_whoever_was_told_has_his_place(stormed, concert);
}

TEST_F(QueueFaults, AQueueTokenNeedsTheDatabaseOnceTheCacheIsGone) {
  WatchedLine line(3);
  installation().kill_part("mariadb");
  installation().flush_memcached();
  for (const Response& response :
       {poll(line.states()[0]["token"].text()), leave(line.states()[0]["token"].text()),
        join(new_user(), line.concert())}) {
    expect_problem(response, 503, "unavailable");
    EXPECT_TRUE(response.has_header("Retry-After"));
  }
  expect_problem(poll("x.y"), 401, "queue_token_invalid");
  installation().up();
  EXPECT_TRUE(eventually(kRecoversWithin,
                         [&] { return poll(line.states()[0]["token"].text()).status == 200; }));
  line.expect_exact();
}

TEST_F(QueueFaults, JoinProcessesKilledDuringAStormLeaveNoGapAndNoDouble) {
  const Json concert = create_concert({.settings = {{"max_active", 1}}});
  Stormed stormed{.users = new_users(3'000), .responses = {}};
  const std::size_t count = installation().processes("join_queue").size();
  std::atomic<int> killed{0};
  std::mt19937 random(std::random_device{}());
  Background killer([&] {
    const std::vector<pid_t> pids = installation().processes("join_queue");
    if (!pids.empty() && kill(pids[random() % pids.size()], SIGKILL) == 0) ++killed;
    std::this_thread::sleep_for(50ms);
  });
  constexpr std::size_t kAtOnce = 8;
  stormed.responses = parallel(kAtOnce, stormed.users.size(),
                               [&](std::size_t i) { return join(stormed.users[i], concert); });
  killer.stop();
  EXPECT_GE(killed, 10);
  std::size_t lost = 0;
  for (const Response& response : stormed.responses) {
    if (response.status != 201 && ++lost <= 5) expect_problem(response, 503, "unavailable");
  }
  EXPECT_LE(lost, kAtOnce * static_cast<std::size_t>(killed)) << "a killed process takes its batch";
  EXPECT_LT(lost, stormed.users.size() / 2);
  EXPECT_TRUE(
      eventually(5s, [&] { return installation().processes("join_queue").size() == count; }));
  expect_whoever_was_told_has_his_place(stormed, concert);
}

TEST_F(QueueFaults, PollersKilledWithTheLeaseHoldTheLineUpForTwoSecondsAtMost) {
  WatchedLine line(40);
  std::atomic<bool> kill_some{true};
  std::atomic<int> killed{0};
  std::mt19937 random(std::random_device{}());
  std::vector<std::unique_ptr<Background>> pollers;
  for (std::size_t i = 0; i < 8; ++i) {
    pollers.push_back(
        std::make_unique<Background>([&, i] { poll(line.states()[10 + i]["token"].text()); }));
  }
  Background killer([&] {
    const std::vector<pid_t> pids = installation().processes("queue_position");
    if (kill_some && !pids.empty() && kill(pids[random() % pids.size()], SIGKILL) == 0) ++killed;
    std::this_thread::sleep_for(30ms);
  });
  ASSERT_TRUE(eventually(30s, [&] { return killed >= 60; }));
  kill_some = false;
  // Not by leaving: that would advance the line at once.
  installation().query(
      "UPDATE queue_tokens SET active_until = UTC_TIMESTAMP(6),"
      " ends_at = UTC_TIMESTAMP(6) WHERE status = 'ACTIVE' AND concert_id = " +
      id_of(line.concert()));
  ASSERT_TRUE(eventually(5s, [&] { return token_rows(line.concert())[1].status == "ACTIVE"; }));
  EXPECT_EQ(installation().query_value(
                "SELECT next.admitted_at <= gone.ends_at + INTERVAL 2 SECOND FROM queue_tokens gone"
                " JOIN queue_tokens next ON next.concert_id = gone.concert_id AND next.place = 2"
                " WHERE gone.place = 1 AND gone.concert_id = " +
                id_of(line.concert())),
            "1");
  killer.stop();
  for (auto& poller : pollers) poller->stop();
  line.expect_exact();
}

TEST_F(QueueFaults, KeysAreRotatedWhilePeopleStandInLine) {
  const std::vector<std::string> readers = {"join_queue", "queue_position", "leave_queue",
                                            "authorize"};
  const std::string old_keys = installation().secret("queue_token_keys");
  const std::string new_key(64, 'd');
  const Json concert = create_concert({.settings = {{"max_active", 1}}});
  joined(new_user(), concert);
  const User user = new_user();
  const Json before = joined(user, concert);

  write_keys(new_key + "\n" + old_keys + "\n");
  restart_processes(readers);
  const Json seen = state_of(before);
  EXPECT_EQ(seen["token_id"], before["token_id"]);
  EXPECT_EQ(seen["position"], before["position"]);
  const Json after = joined(user, concert);
  EXPECT_EQ(after["token_id"], before["token_id"]);
  EXPECT_NE(after["token"], before["token"]) << "signed with the new key";

  write_keys(new_key + "\n");
  restart_processes(readers);
  EXPECT_EQ(state_of(after)["token_id"], before["token_id"]);
  expect_problem(poll(before["token"].text()), 401, "queue_token_invalid");
  expect_problem(leave(before["token"].text()), 401, "queue_token_invalid");
  EXPECT_EQ(joined(user, concert)["token"], after["token"]);

  write_keys(old_keys + "\n");
  restart_processes(readers);
  EXPECT_EQ(state_of(before)["status"].text(), "WAITING");
  expect_problem(poll(after["token"].text()), 401, "queue_token_invalid");
}
