#include "line/admission_rules.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

using namespace stagedoor;
using namespace std::chrono_literals;

namespace {

constexpr Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr std::int64_t kPlenty = 1'000'000;
constexpr AdmissionLimits kSixtyPerMinute{.max_active = kPlenty, .admit_per_minute = 60};

// A line in which all wait and no admitted user takes up room.
class EndlessLine {
 public:
  explicit EndlessLine(AdmissionLimits limits, Pace pace = {}) : limits_(limits), pace_(pace) {}

  std::int64_t admit_at(Time now) {
    const Admission decided = decide_admission(limits_, pace_, kPlenty, 0, now);
    pace_ = decided.pace;
    return decided.count;
  }
  void change(AdmissionLimits limits) { limits_ = limits; }

 private:
  AdmissionLimits limits_;
  Pace pace_;
};

std::int64_t at_once(std::int64_t admit_per_minute) {
  return std::max<std::int64_t>(1, admit_per_minute * 2 / 60);
}

}  // namespace

TEST(DecideAdmission, FillsTheRoomThatThereIs) {
  struct Case {
    std::int64_t max_active, waiting, active, admitted;
  };
  for (const Case& c : {
           Case{10, 5, 0, 5},
           Case{10, 10, 0, 10},
           Case{10, 11, 0, 10},
           Case{10, 11, 9, 1},
           Case{10, 11, 10, 0},
           Case{10, 0, 0, 0},
           Case{1, kPlenty, 0, 1},
           Case{100'000, kPlenty, 99'999, 1},
       }) {
    SCOPED_TRACE(std::to_string(c.max_active) + " " + std::to_string(c.waiting) + " " +
                 std::to_string(c.active));
    const AdmissionLimits limits{.max_active = c.max_active, .admit_per_minute = 0};
    EXPECT_EQ(decide_admission(limits, {}, c.waiting, c.active, kStart).count, c.admitted);
  }
}

TEST(DecideAdmission, LetsNobodyInAfterTheLimitWasLoweredBelowTheActive) {
  const AdmissionLimits limits{.max_active = 10, .admit_per_minute = 0};
  for (const std::int64_t active : {10, 11, 50, 100'000}) {
    EXPECT_EQ(decide_admission(limits, {}, kPlenty, active, kStart).count, 0) << active;
  }
  EXPECT_EQ(decide_admission(limits, {}, kPlenty, 9, kStart).count, 1);
}

TEST(DecideAdmission, WithoutAPaceIsLimitedByRoomAlone) {
  EndlessLine line({.max_active = kPlenty, .admit_per_minute = 0});
  for (int round = 0; round < 3; ++round) EXPECT_EQ(line.admit_at(kStart), kPlenty);
}

TEST(DecideAdmission, AtSixtyAMinuteLetsTwoInAtOnceAndSixtyTwoInTheFirstMinute) {
  EndlessLine line(kSixtyPerMinute);
  EXPECT_EQ(line.admit_at(kStart), 2);
  std::int64_t total = 2;
  for (Micros since = 10ms; since <= 60s; since += 10ms) {
    const std::int64_t admitted = line.admit_at(kStart + since);
    EXPECT_LE(admitted, 1) << since.count();
    total += admitted;
  }
  EXPECT_EQ(total, 62);
}

TEST(DecideAdmission, LosesNothingOfThePaceToHowOftenItIsAsked) {
  for (const Micros step : {Micros{997}, Micros{100ms}, Micros{333ms}, Micros{1s}}) {
    EndlessLine line(kSixtyPerMinute);
    std::int64_t total = 0;
    for (Micros since = 0us; since <= 60s; since += step) total += line.admit_at(kStart + since);
    EXPECT_GE(total, 60) << step.count();
    EXPECT_LE(total, 62) << step.count();
  }
}

TEST(DecideAdmission, SavesUpNoMoreThanTwoSecondsWorthWhileIdle) {
  for (const std::int64_t rate : {1, 29, 30, 59, 60, 61, 600, 100'000, 6'000'000}) {
    for (const Micros idle : {Micros{2s}, Micros{10min}, Micros{24h * 365 * 30}}) {
      EndlessLine line({.max_active = kPlenty, .admit_per_minute = rate});
      line.admit_at(kStart);
      const std::int64_t admitted = line.admit_at(kStart + idle);
      EXPECT_LE(admitted, at_once(rate)) << rate << " after " << idle.count();
      if (rate >= 30 || idle > 60s) {
        EXPECT_GE(admitted, at_once(rate)) << rate << " after " << idle.count();
      }
    }
  }
}

TEST(DecideAdmission, AtASlowPaceStillLetsOneInAtATime) {
  EndlessLine line({.max_active = kPlenty, .admit_per_minute = 1});
  EXPECT_EQ(line.admit_at(kStart), 1);
  EXPECT_EQ(line.admit_at(kStart + 59'999ms), 0);
  EXPECT_EQ(line.admit_at(kStart + 60s), 1);
}

TEST(DecideAdmission, NeverExceedsThePaceInAnyStretchOfTime) {
  std::mt19937 random(20261121);
  for (const std::int64_t rate : {7, 60, 90, 600, 12'345}) {
    EndlessLine line({.max_active = kPlenty, .admit_per_minute = rate});
    std::uniform_int_distribution<std::int64_t> step_us(0, 3'000'000);
    std::deque<std::pair<Time, std::int64_t>> history;
    Time now = kStart;
    for (int call = 0; call < 400; ++call) {
      now += Micros{step_us(random)};
      history.emplace_back(now, line.admit_at(now));
      std::int64_t total = 0;
      for (auto entry = history.rbegin(); entry != history.rend(); ++entry) {
        total += entry->second;
        const std::int64_t elapsed_us = (now - entry->first).count();
        ASSERT_LE(total * 60'000'000,
                  std::max<std::int64_t>(60'000'000, rate * 2'000'000) + elapsed_us * rate)
            << "rate " << rate;
      }
    }
  }
}

TEST(DecideAdmission, ObeysThePaceInWhatIsRecordedWhateverStallsBeforeTheRecord) {
  std::mt19937 random(20261128);
  std::uniform_int_distribution<std::int64_t> step_us(0, 900'000);
  std::uniform_int_distribution<std::int64_t> stall_us(-50'000, 400'000);
  constexpr std::int64_t kRate = 60;
  Pace pace;
  std::deque<std::pair<Time, std::int64_t>> records;
  Time now = kStart;
  for (int advance = 0; advance < 2'000; ++advance) {
    now += Micros{step_us(random)};
    const std::int64_t locked = decide_admission(kSixtyPerMinute, pace, kPlenty, 0, now).count;
    // The locks took their time, or the database's clock was set back meanwhile.
    now += Micros{stall_us(random)};
    const Admission decided = decide_admission(kSixtyPerMinute, pace, locked, 0, now);
    pace = decided.pace;
    if (decided.count == 0) continue;
    if (!records.empty()) {
      ASSERT_GE(decided.at, records.back().first);
    }
    records.emplace_back(decided.at, decided.count);
    std::int64_t total = 0;
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
      total += record->second;
      const std::int64_t elapsed_us = (decided.at - record->first).count();
      ASSERT_LE(total * 60'000'000, (at_once(kRate)) * 60'000'000 + elapsed_us * kRate)
          << "within " << elapsed_us << " us";
    }
  }
  EXPECT_GT(records.size(), 500U);
}

TEST(DecideAdmission, ChangesThePaceByAdmissionsAlone) {
  const Pace used = decide_admission(kSixtyPerMinute, {}, 2, 0, kStart).pace;
  const Admission refused = decide_admission(kSixtyPerMinute, used, kPlenty, 0, kStart + 999ms);
  EXPECT_EQ(refused.count, 0);
  EXPECT_EQ(refused.pace.credit, used.credit);
  EXPECT_EQ(refused.pace.credited_at, used.credited_at);
  EXPECT_EQ(decide_admission(kSixtyPerMinute, refused.pace, kPlenty, 0, kStart + 1s).count, 1);
}

TEST(DecideAdmission, KeepsThePaceOfThoseItHadNoRoomFor) {
  const Admission decided =
      decide_admission({.max_active = 1, .admit_per_minute = 60}, {}, kPlenty, 0, kStart);
  EXPECT_EQ(decided.count, 1);
  EXPECT_EQ(decide_admission(kSixtyPerMinute, decided.pace, kPlenty, 0, kStart).count, 1);
}

TEST(DecideAdmission, AChangedPaceHoldsFromTheChangeOn) {
  EndlessLine line({.max_active = kPlenty, .admit_per_minute = 6'000});
  EXPECT_EQ(line.admit_at(kStart), 200);
  line.change(kSixtyPerMinute);
  EXPECT_LE(line.admit_at(kStart + 10s), 2);
  line.change({.max_active = kPlenty, .admit_per_minute = 0});
  EXPECT_EQ(line.admit_at(kStart + 10s), kPlenty);
  line.change(kSixtyPerMinute);
  EXPECT_LE(line.admit_at(kStart + 1h), 2);
}

TEST(DecideAdmission, AddsNothingWhenTimeStepsBack) {
  const Pace empty{.credit = 0, .credited_at = kStart};
  EXPECT_EQ(credit_at(empty, 60, kStart - 10s), 0);
  EXPECT_EQ(decide_admission(kSixtyPerMinute, empty, kPlenty, 0, kStart - 10s).count, 0);
  EXPECT_EQ(decide_admission(kSixtyPerMinute, empty, kPlenty, 0, kStart + 1s).count, 1);
  const AdmissionLimits unpaced{.max_active = kPlenty, .admit_per_minute = 0};
  const Admission decided = decide_admission(unpaced, empty, kPlenty, 0, kStart - 10s);
  EXPECT_EQ(decided.count, kPlenty);
  EXPECT_EQ(decided.at, kStart) << "never before the last record";
}
