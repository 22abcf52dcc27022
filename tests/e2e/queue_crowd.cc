// A crowd at the door: order, exact positions, the two limits and the price of a poll.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <random>
#include <set>

#include "support/patient_crowd.h"
#include "support/queue.h"
#include "support/slowness.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kConnections = 64;
// A line costs so much however many poll. On a machine too busy for 3,000 polls a second it is more
// than 0.01 for each.
constexpr double kStatementsPerSecond = 30;

std::mt19937& random_source() {
  thread_local std::mt19937 random(std::random_device{}());
  return random;
}

bool one_in(int n) { return std::uniform_int_distribution<int>(1, n)(random_source()) == 1; }

// A concert whose only place is taken for the whole test.
Json full_concert() {
  const Json concert = create_concert({.settings = {{"max_active", 1}}});
  joined(new_user(), concert);
  return concert;
}

struct Arrival {
  User user;
  Clock::time_point sent_at;
  Clock::time_point answered_at;
  Response response;
  std::string token_id;
  std::string token;
};

std::vector<Arrival> join_at_once(std::size_t count, const Json& concert) {
  std::vector<User> users(count);
  for (User& user : users) user = new_user();
  PatientCrowd crowd;
  return parallel(kConnections, count, [&](std::size_t i) {
    Arrival arrival;
    arrival.user = users[i];
    arrival.response = crowd.insist([&] {
      arrival.sent_at = Clock::now();
      return join(arrival.user, concert);
    });
    arrival.answered_at = Clock::now();
    if (arrival.response.status == 201) {
      const Json state = arrival.response.json();
      arrival.token_id = state["token_id"].text();
      arrival.token = state["token"].text();
    }
    return arrival;
  });
}

std::map<std::string, std::int64_t> places_of(const Json& concert) {
  std::map<std::string, std::int64_t> places;
  for (const TokenRow& row : token_rows(concert)) places[row.token_id] = row.place;
  return places;
}

// If one join was answered before another was sent, the first stands in front.
void expect_real_time_order(std::vector<Arrival> arrivals,
                            const std::map<std::string, std::int64_t>& places) {
  std::sort(arrivals.begin(), arrivals.end(), [&](const Arrival& left, const Arrival& right) {
    return places.at(left.token_id) > places.at(right.token_id);
  });
  Clock::time_point answered_behind = Clock::time_point::max();
  for (const Arrival& arrival : arrivals) {
    EXPECT_GE(answered_behind, arrival.sent_at) << "place " << places.at(arrival.token_id);
    answered_behind = std::min(answered_behind, arrival.answered_at);
  }
}

// Two thousand who joined at once, shared by the tests that need a long line.
struct Crowd {
  static constexpr std::size_t kSize = 2'000;
  Json concert = full_concert();
  std::vector<Arrival> arrivals = join_at_once(kSize, concert);

  static Crowd& get() {
    static Crowd crowd;
    return crowd;
  }
};

// Sixty a minute for two hundred, watched for a minute while other tests run.
class PacedLine {
 public:
  static constexpr std::size_t kWaiting = 200;

  PacedLine()
      : concert_(create_concert({.settings = {{"max_active", 1'000}, {"admit_per_minute", 60}},
                                 .times = {{"sale_opens_at", time_from_now(5s)}}})),
        states_(join_in_order(kWaiting, concert_)),
        deadline_(Clock::now() + 68s),
        pollers_([this] { poll_some(); }) {}

  static PacedLine& get() {
    static PacedLine line;
    return line;
  }

  void finish() {
    std::this_thread::sleep_until(deadline_);
    pollers_.stop();
  }
  [[nodiscard]] const Json& concert() const { return concert_; }

 private:
  void poll_some() {
    const auto i = std::uniform_int_distribution<std::size_t>(0, kWaiting - 1)(random_source());
    state_of(states_[i]);
    std::this_thread::sleep_for(20ms);
  }

  Json concert_;
  std::vector<Json> states_;
  Clock::time_point deadline_;
  Background pollers_;
};

class AtTheDoor : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { PacedLine::get(); }
};

std::int64_t server_counter(const std::string& name) {
  return std::stoll(
      Installation::shared().query("SHOW GLOBAL STATUS LIKE '" + name + "'").at(0).at(1));
}

// Members of a crowd who poll at random, and whether anybody ever fell back.
class Watchers {
 public:
  explicit Watchers(const std::vector<std::string>& tokens)
      : tokens_(tokens), last_(tokens.size()) {
    for (auto& position : last_) position = std::numeric_limits<std::int64_t>::max();
  }

  // REQUIRES: one call at a time for the same watcher.
  void look(std::size_t watcher) {
    const Json state = state_of(tokens_[watcher]);
    if (state["status"].text() != "WAITING") return;
    const std::int64_t position = state["position"].integer();
    if (position > last_[watcher].exchange(position)) ++grew_;
    ++looks_;
  }

  [[nodiscard]] int grew() const { return grew_; }
  [[nodiscard]] int looks() const { return looks_; }

 private:
  const std::vector<std::string>& tokens_;
  std::vector<std::atomic<std::int64_t>> last_;
  std::atomic<int> grew_{0};
  std::atomic<int> looks_{0};
};

// What the members of a line of ten do: most wait, and of the admitted some leave, some are
// revoked, some finish their time.
class BusyLine {
 public:
  static constexpr std::size_t kUsers = 500;
  static constexpr std::int64_t kMaxActive = 10;

  BusyLine()
      : concert_(create_concert(
            {.settings = {
                 {"max_active", kMaxActive}, {"claim_seconds", 5}, {"active_seconds", 5}}})) {
    for (const Arrival& arrival : join_at_once(kUsers, concert_)) {
      EXPECT_EQ(arrival.response.status, 201) << arrival.response;
      tokens_.push_back(arrival.token);
      ids_.push_back(arrival.token_id);
    }
  }

  void poll_as(std::size_t i) {
    const Json state = state_of(tokens_[i]);
    if (state["status"].text() != "ACTIVE") return;
    // On a fast machine all would be gone before their time: every seventh stays until then.
    if (i % 7 == 0) return;
    if (one_in(40)) {
      EXPECT_EQ(leave(tokens_[i]).status, 204);
    }
    if (one_in(60)) {
      EXPECT_EQ(revoke_token(ids_[i]).status, 204);
    }
  }

  // As many as are active by SQL and by the API, now.
  void sample() {
    const auto& installation = Installation::shared();
    const std::int64_t by_sql = std::stoll(installation.query_value(
        "SELECT COUNT(*) FROM queue_tokens WHERE status = 'ACTIVE' AND concert_id = " +
        id_of(concert_)));
    const std::int64_t by_api = get("/admin" + concert_path(concert_) + "/stats", as_admin())
                                    .json()["queue"]["active"]
                                    .integer();
    EXPECT_LE(by_sql, kMaxActive);
    EXPECT_LE(by_api, kMaxActive);
    ++samples_;
  }

  // The n-th place that was freed is refilled by the n-th admission after the first ten.
  [[nodiscard]] double slowest_refill_seconds() const {
    std::vector<double> freed = times("LEAST(ended_at, COALESCE(ends_at, ended_at))", "ended_at");
    const std::vector<double> admitted = times("admitted_at", "admitted_at");
    double slowest = 0;
    for (std::size_t n = 0; n < freed.size() && n + kMaxActive < admitted.size(); ++n) {
      slowest = std::max(slowest, admitted[n + kMaxActive] - freed[n]);
    }
    return slowest;
  }

  [[nodiscard]] bool has_seen_enough() const {
    return samples_ > 20 && count("expired_reason = 'LEFT'") >= 10 &&
           count("expired_reason = 'REVOKED'") >= 5 &&
           count("expired_reason = 'ACTIVE_LAPSED'") >= 1;
  }
  [[nodiscard]] std::int64_t count(const std::string& condition) const {
    return std::stoll(Installation::shared().query_value(
        "SELECT COUNT(*) FROM queue_tokens WHERE concert_id = " + id_of(concert_) + " AND " +
        condition));
  }
  [[nodiscard]] const Json& concert() const { return concert_; }
  [[nodiscard]] int samples() const { return samples_; }

 private:
  [[nodiscard]] std::vector<double> times(const std::string& time,
                                          const std::string& wanted) const {
    std::vector<double> result;
    for (const Row& row : Installation::shared().query(
             "SELECT UNIX_TIMESTAMP(" + time +
             ") AS t FROM queue_tokens WHERE concert_id = " + id_of(concert_) +
             " AND admitted_at IS NOT NULL AND " + wanted + " IS NOT NULL ORDER BY t")) {
      result.push_back(std::stod(row.at(0)));
    }
    return result;
  }

  Json concert_;
  std::vector<std::string> tokens_;
  std::vector<std::string> ids_;
  int samples_ = 0;
};

}  // namespace

TEST_F(AtTheDoor, TwoThousandJoinAtOnceInTheOrderInWhichTheyCame) {
  const Crowd& crowd = Crowd::get();
  const auto places = places_of(crowd.concert);
  std::set<std::int64_t> distinct;
  for (const Arrival& arrival : crowd.arrivals) {
    ASSERT_EQ(arrival.response.status, 201) << arrival.response;
    distinct.insert(places.at(arrival.token_id));
  }
  ASSERT_EQ(distinct.size(), Crowd::kSize);
  EXPECT_EQ(*distinct.begin(), 2) << "behind the one who is inside";
  EXPECT_EQ(*distinct.rbegin(), static_cast<std::int64_t>(Crowd::kSize) + 1);
  expect_real_time_order(crowd.arrivals, places);
  expect_fair(crowd.concert);
}

TEST_F(AtTheDoor, EachJoinsAgainFiveTimesAndKeepsTokenAndPlace) {
  constexpr std::size_t kTimes = 5;
  const Crowd& crowd = Crowd::get();
  const auto places = places_of(crowd.concert);
  // The five of one user run next to each other.
  PatientCrowd again;
  const auto responses = parallel(kConnections, crowd.arrivals.size() * kTimes, [&](std::size_t i) {
    return again.insist([&] { return join(crowd.arrivals[i / kTimes].user, crowd.concert); });
  });
  for (std::size_t i = 0; i < responses.size() && !HasFailure(); ++i) {
    const Arrival& first = crowd.arrivals[i / kTimes];
    ASSERT_EQ(responses[i].status, 200) << responses[i];
    const Json state = responses[i].json();
    EXPECT_EQ(state["token"].text(), first.token);
    EXPECT_EQ(state["position"].integer(), places.at(first.token_id) - 1) << state;
  }
  EXPECT_EQ(places_of(crowd.concert), places);
  expect_fair(crowd.concert);
}

TEST_F(AtTheDoor, WhenThreeHundredLeaveEverybodyMovesUpExactlyAndNobodyBack) {
  const Crowd& crowd = Crowd::get();
  std::vector<std::string> tokens;
  for (const Arrival& arrival : crowd.arrivals) tokens.push_back(arrival.token);
  std::shuffle(tokens.begin(), tokens.end(), random_source());
  const std::vector<std::string> leaving(tokens.begin(), tokens.begin() + 300);
  tokens.erase(tokens.begin(), tokens.begin() + 300);

  Watchers watchers(tokens);
  std::atomic<std::size_t> next{0};
  std::vector<std::unique_ptr<Background>> pollers;
  for (std::size_t i = 0; i < 16; ++i) {
    // Each watches a share of its own.
    pollers.push_back(std::make_unique<Background>([&, i, at = i]() mutable {
      watchers.look(at);
      at = at + 16 < tokens.size() ? at + 16 : i;
    }));
  }
  std::vector<int> left;
  {
    PatientCrowd crowd_that_leaves;
    left = parallel(kConnections - 16, leaving.size(), [&](std::size_t i) {
      return crowd_that_leaves.insist([&] { return leave(leaving[i]); }).status;
    });
  }
  const auto left_at = Clock::now();
  EXPECT_EQ(std::count(left.begin(), left.end(), 204), 300);
  std::this_thread::sleep_until(left_at + 2s);
  EXPECT_TRUE(eventually(60s, [&] { return watchers.looks() > 2'000; }));
  for (auto& poller : pollers) poller->stop();

  const auto exact = exact_positions(crowd.concert);
  const auto states = parallel(kConnections, tokens.size(), [&](std::size_t i) {
    watchers.look(i);
    return state_of(tokens[i]);
  });
  int wrong = 0;
  for (const Json& state : states) {
    if (state["position"].integer() != exact.at(state["token_id"].text()) && ++wrong <= 3) {
      ADD_FAILURE() << state << "\nexactly " << exact.at(state["token_id"].text());
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(watchers.grew(), 0) << "of " << watchers.looks() << " looks";
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(state_of(leaving[i])["expired_reason"].text(), "LEFT");
  }
  expect_fair(crowd.concert);
}

TEST_F(AtTheDoor, APollCostsTheDatabaseNextToNothing) {
  const Crowd& crowd = Crowd::get();
  std::vector<std::string> tokens;
  for (const TokenRow& row : token_rows(crowd.concert)) {
    if (row.status != "WAITING") continue;
    const auto owner =
        std::find_if(crowd.arrivals.begin(), crowd.arrivals.end(),
                     [&](const Arrival& arrival) { return arrival.token_id == row.token_id; });
    tokens.push_back(owner->token);
  }
  std::atomic<std::int64_t> polls{0};
  const auto poll_for = [&](std::chrono::milliseconds time) {
    const auto end = Clock::now() + time;
    parallel(kConnections, kConnections, [&](std::size_t i) {
      for (std::size_t at = i; Clock::now() < end; at = (at + kConnections) % tokens.size()) {
        state_of(tokens[at]);
        ++polls;
      }
      return 0;
    });
  };
  poll_for(1s);
  // The paced line beside this one counts as well.
  constexpr double kLines = 2;
  const std::int64_t before = server_counter("Questions");
  polls = 0;
  const auto began = Clock::now();
  poll_for(5s);
  const std::int64_t statements = server_counter("Questions") - before;
  const std::chrono::duration<double> took = Clock::now() - began;
  const double per_poll = static_cast<double>(statements) / static_cast<double>(polls.load());
  std::cout << polls << " polls in 5 s, " << statements << " statements, " << per_poll
            << " per poll\n";
  EXPECT_LE(
      static_cast<double>(statements),
      std::max(static_cast<double>(polls) / 100, kLines * kStatementsPerSecond * took.count()));
}

TEST_F(AtTheDoor, TenAreActiveAtMostAndEachFreedPlaceIsRefilledWithinTwoSeconds) {
  BusyLine line;
  const Slowness slowness;
  // As long as it takes on a slow machine until enough has happened.
  const auto soonest_end = Clock::now() + 15s;
  const auto latest_end = Clock::now() + 300s;
  std::atomic<bool> is_over{false};
  Background sampler([&] {
    line.sample();
    const auto now = Clock::now();
    is_over = now > latest_end || (now > soonest_end && line.has_seen_enough());
  });
  parallel(kConnections - 1, kConnections - 1, [&](std::size_t thread) {
    for (std::size_t i = thread; !is_over; i = (i + kConnections - 1) % line.kUsers) {
      line.poll_as(i);
    }
    return 0;
  });
  sampler.stop();
  EXPECT_TRUE(line.has_seen_enough());
  EXPECT_GE(line.count("status = 'WAITING'"), 1) << "too few to tell";
  EXPECT_LE(line.slowest_refill_seconds(), 2.0 * slowness.factor());
  std::cout << line.count("admitted_at IS NOT NULL") << " admitted, slowest refill "
            << line.slowest_refill_seconds() << " s, " << line.samples() << " samples\n";
  expect_fair(line.concert());
}

TEST_F(AtTheDoor, ALineOfSixtyAMinuteLetsSixtyInWithinTheFirstMinute) {
  PacedLine& line = PacedLine::get();
  line.finish();
  std::vector<std::pair<double, std::int64_t>> admissions;
  for (const Row& row : Installation::shared().query(
           "SELECT UNIX_TIMESTAMP(admitted_at), admitted FROM admissions WHERE concert_id = " +
           id_of(line.concert()) + " ORDER BY admitted_at")) {
    admissions.emplace_back(std::stod(row.at(0)), std::stoll(row.at(1)));
  }
  ASSERT_FALSE(admissions.empty());
  std::int64_t first_minute = 0;
  for (std::size_t i = 0; i < admissions.size(); ++i) {
    const auto& [at, count] = admissions[i];
    if (at <= admissions[0].first + 60) first_minute += count;
    std::int64_t within = 0;
    for (std::size_t k = i; k < admissions.size(); ++k) {
      within += admissions[k].second;
      const double seconds = admissions[k].first - at;
      EXPECT_LE(static_cast<double>(within), 2 + seconds + 0.001) << "within " << seconds << " s";
    }
  }
  std::cout << first_minute << " admitted in the first minute\n";
  EXPECT_GE(first_minute, 55);
  EXPECT_LE(first_minute, 65);
  expect_fair(line.concert());
}
