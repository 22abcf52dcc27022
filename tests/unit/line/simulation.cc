// The line over a long random life, checked after every step against counting by hand.
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "model.h"

using namespace stagedoor;
using namespace std::chrono_literals;

namespace {

constexpr int kSteps = 100'000;
constexpr int kUsers = 20'000;
constexpr Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr Time kFar = kStart + std::chrono::days{30};
// No poller serves an older snapshot.
constexpr Micros kSnapshotAgeMax = 1'800ms;

// Who waits, as prefix sums (a Fenwick tree): shares nothing with the snapshot's blocks.
class Waiting {
 public:
  void add(Place place, int difference) {
    const auto size = static_cast<std::size_t>(place.value) + 1;
    while (sums_.size() < size) grow();
    for (auto i = static_cast<std::size_t>(place.value); i < sums_.size(); i += i & (~i + 1)) {
      sums_[i] += difference;
    }
  }
  [[nodiscard]] std::int64_t upto(Place place) const {
    std::int64_t sum = 0;
    for (auto i = static_cast<std::size_t>(place.value); i > 0; i &= i - 1) sum += sums_[i];
    return sum;
  }

 private:
  void grow() {
    const std::size_t i = sums_.size();
    std::int64_t sum = 0;
    const std::size_t low = i & (~i + 1);
    for (std::size_t below = i - 1; below > i - low; below &= below - 1) sum += sums_[below];
    sums_.push_back(sum);
  }
  std::vector<std::int64_t> sums_ = {0};
};

// The pace as a bucket in plain arithmetic, which fills from one admission to the next.
class Bucket {
 public:
  [[nodiscard]] std::int64_t available(std::int64_t per_minute, Time now) const {
    return static_cast<std::int64_t>(level_at(per_minute, now) + 1e-9L);
  }
  void take(std::int64_t count, std::int64_t per_minute, Time now) {
    level_ = level_at(per_minute, now) - (per_minute > 0 ? static_cast<long double>(count) : 0);
    filled_at_ = now;
  }

 private:
  [[nodiscard]] long double level_at(std::int64_t per_minute, Time now) const {
    const long double full = std::max(1.0L, static_cast<long double>(per_minute) / 30);
    if (!filled_at_) return full;
    return std::min(full, level_ + static_cast<long double>((now - *filled_at_).count()) *
                                       static_cast<long double>(per_minute) / 60'000'000);
  }

  long double level_ = 0;
  std::optional<Time> filled_at_;
};

class Simulation {
 public:
  explicit Simulation(std::uint32_t seed) : random_(seed), line_(settings()) {}

  void run() {
    for (step_ = 0; step_ < kSteps && !::testing::Test::HasFailure(); ++step_) {
      pass_time();
      act();
      check();
    }
    if (!::testing::Test::HasFailure()) drain();
  }

  [[nodiscard]] int steps() const { return step_; }
  [[nodiscard]] std::int64_t admitted() const { return admitted_; }
  [[nodiscard]] std::int64_t joined() const { return line_.last_place().value; }
  [[nodiscard]] std::int64_t polls() const { return polls_; }

 private:
  static LineModel::Settings settings() {
    return {.limits = {.max_active = 20, .admit_per_minute = 0},
            .claim = 6s,
            .active = 20s,
            .opens_at = kStart + 20s,
            .closes_at = kFar};
  }

  std::int64_t below(std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
  }
  bool one_in(std::int64_t n) { return below(n) == 0; }

  void pass_time() { now_ += one_in(500) ? Micros{below(5'000'000)} : Micros{below(80'000)}; }

  LineModel::Failure failure() {
    if (one_in(12)) return LineModel::Failure::kRollsBack;
    if (one_in(12)) return LineModel::Failure::kDiesBeforePublishing;
    return LineModel::Failure::kNone;
  }

  // Any user who ever joined; mostly one who still stands in line.
  Place anybody() {
    const std::int64_t last = line_.last_place().value;
    const std::int64_t first = std::max<std::int64_t>(1, line_.stored().front_place.value - 20);
    return Place{one_in(20) ? 1 + below(last) : first + below(last - first + 1)};
  }

  Place anybody_active() {
    if (line_.active().empty()) return anybody();
    auto chosen = line_.active().begin();
    std::advance(chosen, below(static_cast<std::int64_t>(line_.active().size())));
    return *chosen;
  }

  void act() {
    const std::int64_t dice = below(1'000);
    if (line_.last_place().value == 0 || dice < 330) return join();
    if (dice < 700) return poll(anybody());
    if (dice < 760) return poll(anybody_active());
    if (dice < 830) return end(anybody(), EndReason::kLeft);
    if (dice < 860) return end(anybody_active(), EndReason::kRevoked);
    if (dice < 900) return line_.hold(anybody_active(), now_ + Micros{below(30'000'000)}, now_);
    if (dice < 930) return end(anybody_active(), EndReason::kPaid);
    if (dice < 970) return answer_late();
    if (dice < 975) return line_.lose_lease(now_);
    if (dice < 978) return flush();
    if (dice < 990) return sweep();
    if (dice < 998) return change_limits();
    if (one_in(4)) end_and_reopen();
  }

  // One in ten comes with others at the same moment, perhaps with itself.
  void join() {
    std::vector<int> users(static_cast<std::size_t>(one_in(10) ? 1 + below(16) : 1));
    for (int& user : users) user = static_cast<int>(below(kUsers));
    if (one_in(20)) users.push_back(users.front());
    const auto places = line_.join(users, now_, failure());
    for (std::size_t i = 0; i < users.size(); ++i) {
      if (places[i]) check_place(users[i], *places[i]);
    }
  }

  void check_place(int user, Place place) {
    EXPECT_EQ(line_.token(place).user, user);
    if (place.value <= known_) return;
    EXPECT_EQ(place.value, known_ + 1) << "a gap";
    known_ = place.value;
    truly_waiting_.add(place, 1);
    counted_waiting_.insert(place);
    seen_.resize(static_cast<std::size_t>(known_) + 1);
  }

  void end(Place place, EndReason reason) { line_.end(place, reason, now_, failure()); }

  void sweep() {
    line_.change([](LineModel::Settings&) {}, now_, failure());
  }

  void flush() {
    line_.flush_memcached();
    held_.clear();
  }

  void change_limits() {
    constexpr std::int64_t kPaces[] = {0, 0, 60, 300, 1'200, 6'000};
    const AdmissionLimits limits{.max_active = 1 + below(60), .admit_per_minute = kPaces[below(6)]};
    const Micros claim = 5s + Micros{below(5'000'000)};
    line_.change(
        [&](LineModel::Settings& settings) {
          settings.limits = limits;
          settings.claim = claim;
        },
        now_, failure());
  }

  void end_and_reopen() {
    switch (below(4)) {
      case 0:
        line_.set_sold_out(true, now_, failure());
        break;
      case 1:
        line_.change([&](auto& settings) { settings.closes_at = now_ + 5s; }, now_, failure());
        break;
      default:
        line_.set_sold_out(false, now_, failure());
        line_.change([&](auto& settings) { settings.closes_at = kFar; }, now_, failure());
    }
  }

  void poll(Place place) {
    const auto answer = line_.poll(place, now_, failure());
    if (!answer) return;
    ++polls_;
    follow_departures();
    check_answer(*answer, place);
    if (!answer->position) return;
    Seen& seen = seen_.at(static_cast<std::size_t>(place.value));
    EXPECT_LE(*answer->position, seen.position) << "the position of " << place.value << " grew";
    EXPECT_GE(answer->version, seen.version);
    seen = {*answer->position, answer->version};
  }

  // By a poller that took its snapshot a while ago.
  void answer_late() {
    if (held_.empty()) return;
    const LineSnapshot& held =
        held_.at(static_cast<std::size_t>(below(static_cast<std::int64_t>(held_.size()))));
    const Place place = anybody();
    if (place <= held.last_place) check_answer(line_.answer_from(held, place, now_), place);
  }

  void check_answer(const LineModel::Answer& answer, Place place) {
    const TokenState truth = line_.state_now(place, now_);
    const bool latest = answer.version == line_.stored().version;
    if (latest || truth.status == TokenStatus::kExpired) {
      const bool late_news =
          !latest && line_.stored().end_of(Entry{place.value}, now_).reason.has_value();
      const bool changed_end = !latest && truth.reason == EndReason::kSaleClosed;
      if (!late_news && !changed_end) {
        EXPECT_EQ(answer.state.status, truth.status) << "token " << place.value;
      }
    }
    if (answer.state.status == TokenStatus::kActive) {
      EXPECT_NE(truth.status, TokenStatus::kWaiting) << "token " << place.value;
    }
    if (!answer.position || truth.status == TokenStatus::kExpired) return;
    EXPECT_GE(*answer.position, exact_position(place)) << "token " << place.value;
    if (latest) {
      EXPECT_EQ(*answer.position, exact_when_advanced(place)) << place.value;
    }
  }

  [[nodiscard]] std::int64_t exact_position(Place place) const {
    return 1 + truly_waiting_.upto(Place{place.value - 1});
  }
  // Those who left since the last advance still counted then.
  [[nodiscard]] std::int64_t exact_when_advanced(Place place) const {
    const auto& uncounted = line_.uncounted();
    return exact_position(place) + std::distance(uncounted.begin(), uncounted.lower_bound(place));
  }

  void check() {
    for (const LineModel::Advanced& advanced : line_.take_advances()) check_advance(advanced);
    follow_departures();
    check_active();
    check_positions();
    if (const auto& published = line_.published();
        published && (held_.empty() || held_.back().version != published->version)) {
      held_.push_back(*published);
    }
    while (!held_.empty() && now_ - held_.front().at > kSnapshotAgeMax) held_.pop_front();
  }

  void check_advance(const LineModel::Advanced& advanced) {
    const AdmissionLimits& limits = line_.settings().limits;
    const auto count = static_cast<std::int64_t>(advanced.admitted.size());
    for (const Place place : advanced.admitted) {
      EXPECT_GT(place, last_admitted_) << "out of order";
      last_admitted_ = place;
    }
    if (count > 0) {
      EXPECT_LE(advanced.active_before + count, limits.max_active);
    }
    admitted_ += count;
    const auto& settings = line_.settings();
    const bool moves = (!settings.opens_at || now_ >= *settings.opens_at) &&
                       now_ < settings.closes_at && !line_.stored().sold_out;
    if (!moves) {
      EXPECT_EQ(count, 0);
      return;
    }
    std::int64_t expected =
        std::min(advanced.waiting_before,
                 std::max<std::int64_t>(0, limits.max_active - advanced.active_before));
    if (limits.admit_per_minute > 0) {
      expected = std::min(expected, bucket_.available(limits.admit_per_minute, now_));
    }
    if (count > 0) bucket_.take(count, limits.admit_per_minute, now_);
    EXPECT_EQ(count, expected) << "waiting " << advanced.waiting_before << " active "
                               << advanced.active_before;
  }

  // Takes out of the plain count who does not wait any more, one by one.
  void follow_departures() {
    while (!counted_waiting_.empty() && counted_waiting_.size() > line_.waiting().size()) {
      std::vector<Place> gone;
      std::set_difference(counted_waiting_.begin(), counted_waiting_.end(), line_.waiting().begin(),
                          line_.waiting().end(), std::back_inserter(gone));
      for (const Place place : gone) {
        truly_waiting_.add(place, -1);
        counted_waiting_.erase(place);
      }
    }
    if (!line_.waiting().empty()) {
      EXPECT_GT(*line_.waiting().begin(), line_.stored().front_place)
          << "a waiting user was overtaken";
    }
  }

  // Never more than the limit; after it was lowered, never more than there were.
  void check_active() {
    std::int64_t active = 0;
    for (const Place place : line_.active()) {
      if (line_.state_now(place, now_).status == TokenStatus::kActive) ++active;
    }
    EXPECT_LE(active, std::max(line_.settings().limits.max_active, active_before_));
    active_before_ = active;
  }

  void check_positions() {
    const LineSnapshot& line = line_.stored();
    const auto& waiting = line_.waiting();
    if (waiting.empty() || now_ < line.at) return;
    const auto check_one = [&](Place place) {
      if (place > line.last_place) return;
      const auto answer = line_.answer_from(line, place, now_);
      if (answer.position) {
        EXPECT_EQ(*answer.position, exact_when_advanced(place)) << place.value;
      }
    };
    check_one(*waiting.begin());
    check_one(*waiting.rbegin());
    const auto random = waiting.lower_bound(anybody());
    if (random != waiting.end()) check_one(*random);
    if (step_ % 5'000 == 0) {
      for (const Place place : waiting) check_one(place);
    }
  }

  // No wait is for ever: with nothing but polls, and no user who shows up, the line empties as
  // fast as its limits allow.
  void drain() {
    line_.set_sold_out(false, now_, LineModel::Failure::kNone);
    const AdmissionLimits limits{.max_active = 10, .admit_per_minute = 300};
    line_.change(
        [&](LineModel::Settings& settings) {
          settings.limits = limits;
          settings.closes_at = kFar;
          settings.claim = 5s;
        },
        now_, LineModel::Failure::kNone);
    // Ten places, each free again within 5 s and refilled within 2 s; those who are in have a
    // minute.
    const auto waiting = static_cast<std::int64_t>(line_.waiting().size());
    const Time deadline = now_ + 60s + Micros{7s} * (waiting / limits.max_active + 1);
    line_.take_advances();
    while (!line_.waiting().empty() && now_ < deadline) {
      now_ += 250ms;
      line_.poll(*line_.waiting().rbegin(), now_, LineModel::Failure::kNone);
    }
    EXPECT_TRUE(line_.waiting().empty()) << line_.waiting().size() << " starve";
  }

  struct Seen {
    std::int64_t position = std::numeric_limits<std::int64_t>::max();
    std::int64_t version = 0;
  };

  std::mt19937 random_;
  LineModel line_;
  Time now_ = kStart;
  int step_ = 0;
  std::int64_t known_ = 0;
  std::int64_t admitted_ = 0;
  std::int64_t polls_ = 0;
  std::int64_t active_before_ = 0;
  Place last_admitted_;
  Waiting truly_waiting_;
  std::set<Place> counted_waiting_;
  Bucket bucket_;
  std::vector<Seen> seen_;
  std::deque<LineSnapshot> held_;
};

class TheLine : public ::testing::TestWithParam<std::uint32_t> {};

}  // namespace

TEST_P(TheLine, StaysInOrderWithinItsLimitsExactAndMoving) {
  Simulation simulation(GetParam());
  simulation.run();
  if (HasFailure()) {
    FAIL() << "seed " << GetParam() << ", step " << simulation.steps();
  }
  EXPECT_GT(simulation.joined(), kSteps / 10);
  EXPECT_GT(simulation.admitted(), kSteps / 100);
  EXPECT_GT(simulation.polls(), kSteps / 4);
}

INSTANTIATE_TEST_SUITE_P(Seeds, TheLine, ::testing::Range(1U, 13U));
