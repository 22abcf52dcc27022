#include "db/clock_offset.h"

#include <gtest/gtest.h>

using namespace stagedoor;
using namespace std::chrono_literals;

namespace {

constexpr Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 28}};

// A database whose clock is `kStart` at the monotonic time 0, and how long a question is under way
// there and back.
void ask(db::ClockOffset& offset, Micros at, Micros there, Micros back, Micros step = {}) {
  offset.sample(kStart + at + there + step, at, at + there + back);
}

}  // namespace

TEST(ClockOffset, IsUnknownBeforeTheFirstAnswerAndAMinuteAfterTheLast) {
  db::ClockOffset offset;
  EXPECT_EQ(offset.at(1s), std::nullopt);
  ask(offset, 1s, 50us, 50us);
  EXPECT_EQ(offset.at(1s), kStart + 1s);
  EXPECT_EQ(offset.at(60s), kStart + 60s);
  EXPECT_EQ(offset.at(62s), std::nullopt);
  ask(offset, 62s, 50us, 50us);
  offset.forget();
  EXPECT_EQ(offset.at(63s), std::nullopt);
}

TEST(ClockOffset, IsThatOfTheShortestRoundTrip) {
  db::ClockOffset offset;
  ask(offset, 1s, 0us, 80ms);
  EXPECT_EQ(offset.at(1s), kStart + 1s - 40ms) << "all that one slow answer can tell";
  ask(offset, 2s, 60us, 40us);
  EXPECT_EQ(offset.at(2s), kStart + 2s + 10us);
  ask(offset, 3s, 0us, 100ms);
  ask(offset, 4s, 100ms, 0us);
  EXPECT_EQ(offset.at(5s), kStart + 5s + 10us);
}

TEST(ClockOffset, FollowsAClockThatSteps) {
  for (const Micros step : {Micros{-20s}, Micros{-1s}, Micros{500ms}, Micros{3h}}) {
    db::ClockOffset offset;
    ask(offset, 1s, 50us, 50us);
    ask(offset, 2s, 1ms, 1ms, step);
    EXPECT_EQ(offset.at(3s), kStart + 3s + step) << step.count();
  }
}

TEST(ClockOffset, TakesADifferenceThatErrorsAndDriftExplainForNoStep) {
  constexpr Micros kExplained = 50us + 1ms + 10ms;
  for (const auto& [step, seen] :
       {std::pair{kExplained, Micros{0}}, std::pair{kExplained + 1us, kExplained + 1us}}) {
    db::ClockOffset offset;
    ask(offset, 1s, 50us, 50us);
    ask(offset, 2s, 1ms, 1ms, step);
    EXPECT_EQ(offset.at(3s), kStart + 3s + seen) << step.count();
  }
}

TEST(ClockOffset, IsMeasuredAnewByTheNextAnswerWhenItIsOld) {
  db::ClockOffset offset;
  ask(offset, 1s, 10us, 10us);
  ask(offset, 62s, 1ms, 1ms, 5ms);
  EXPECT_EQ(offset.at(62s), kStart + 62s + 5ms) << "drifted a little";
}

TEST(IsYounger, TakesNoTimeForFreshThatIsMoreThanASecondAhead) {
  struct Case {
    Micros age;
    bool younger;
  };
  for (const Case& c : {Case{0s, true}, Case{1'999ms, true}, Case{2s, false}, Case{1h, false},
                        Case{-1s, true}, Case{-1'001ms, false}, Case{-1h, false}}) {
    EXPECT_EQ(is_younger(kStart, kStart + c.age, 2s), c.younger) << c.age.count();
  }
}
