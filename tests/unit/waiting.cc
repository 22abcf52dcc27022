#include "fastcgi/waiting.h"

#include <gtest/gtest.h>

#include "unit/request.h"

namespace stagedoor {
namespace {

using std::chrono::milliseconds;

constexpr Time kNow{std::chrono::milliseconds{1'763'700'000'500}};

std::optional<Micros> waited(const std::string& sent_at, const std::string& auth_seconds = "") {
  return fastcgi::time_waited(
      request_with({{"STAGEDOOR_SENT_AT", sent_at}, {"STAGEDOOR_AUTH_SECONDS", auth_seconds}}),
      kNow);
}

TEST(TimeWaited, IsSinceTheWebServerSentTheRequest) {
  EXPECT_EQ(waited("1763700000.500"), milliseconds{0});
  EXPECT_EQ(waited("1763700000.499"), milliseconds{1});
  EXPECT_EQ(waited("1763699999.020"), milliseconds{1'480});
}

TEST(TimeWaited, CountsTheAuthSubrequest) {
  EXPECT_EQ(waited("1763700000.400", "0.023"), milliseconds{123});
  EXPECT_EQ(waited("1763700000.400", ""), milliseconds{100});
  EXPECT_EQ(waited("1763700000.400", "-"), milliseconds{100});
}

TEST(TimeWaited, IsNotNegativeWhenTheClockWasSetBack) {
  EXPECT_EQ(waited("1763700009.000"), milliseconds{0});
}

TEST(TimeWaited, IsUnknownWhenTheWebServerDidNotSay) {
  for (const char* text :
       {"", "1763700000", "1763700000.5", "now.500", "1763700000.-50", ".500", "-1763700000.500"}) {
    EXPECT_EQ(waited(text), std::nullopt) << text;
  }
}

using fastcgi::Patience;
constexpr Micros kStart = std::chrono::hours{1};
constexpr Micros kWaitMax = milliseconds{900};

TEST(Patience, WithSlowWorkEndsBeforeASecondIsOver) {
  Patience patience(kWaitMax, kStart);
  for (int i = 0; i < 8; ++i) patience.note_work(milliseconds{60});
  EXPECT_FALSE(patience.is_over(milliseconds{900}, kStart));
  EXPECT_TRUE(patience.is_over(milliseconds{901}, kStart));
}

TEST(Patience, WithACrowdThatIsServedQuicklyLastsForTwoSeconds) {
  Patience patience(kWaitMax, kStart);
  EXPECT_FALSE(patience.is_over(milliseconds{0}, kStart));
  EXPECT_FALSE(patience.is_over(milliseconds{1'900}, kStart + milliseconds{1'900}));
  EXPECT_TRUE(patience.is_over(milliseconds{1'900}, kStart + milliseconds{2'000})) << "it stands";
  EXPECT_FALSE(patience.is_over(milliseconds{800}, kStart + milliseconds{2'100}));
  EXPECT_FALSE(patience.is_over(milliseconds{99}, kStart + milliseconds{2'200})) << "no queue";
  EXPECT_FALSE(patience.is_over(milliseconds{1'500}, kStart + milliseconds{3'700}))
      << "a new crowd";
}

}  // namespace
}  // namespace stagedoor
