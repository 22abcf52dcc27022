#include <gtest/gtest.h>

#include "line/token_rules.h"

using namespace stagedoor;
using namespace std::chrono_literals;

namespace {

constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr LineEnd kNoEnd{};
constexpr LineEnd kClosed{.closed = true};
constexpr LineEnd kSoldOut{.reason = EndReason::kSoldOut};
constexpr LineEnd kSoldOutThenClosed{EndReason::kSoldOut, true};

TokenRecord waiting() { return {}; }

TokenRecord ended(EndReason reason) {
  return {.stored = TokenRecord::Stored::kExpired, .reason = reason};
}

TokenRecord unclaimed(Micros left) {
  return {.stored = TokenRecord::Stored::kActive,
          .admitted_at = kNow - 10s,
          .active_until = kNow + left};
}

TokenRecord claimed(Micros left) {
  TokenRecord record = unclaimed(left);
  record.claimed_at = kNow - 5s;
  return record;
}

TokenRecord holding(Micros active_left, Micros hold_left) {
  TokenRecord record = claimed(active_left);
  record.held_until = kNow + hold_left;
  return record;
}

}  // namespace

// What ends a token, the first that applies first.
TEST(TokenState, EndsForTheFirstReasonThatApplies) {
  struct Case {
    const char* name;
    TokenRecord record;
    LineEnd end;
    EndReason reason;
  };
  const std::vector<Case> cases = {
      {"paid", ended(EndReason::kPaid), kNoEnd, EndReason::kPaid},
      {"paid, then sold out", ended(EndReason::kPaid), kSoldOut, EndReason::kPaid},
      {"left, then closed", ended(EndReason::kLeft), kClosed, EndReason::kLeft},
      {"waiting when sold out", waiting(), kSoldOut, EndReason::kSoldOut},
      {"active when sold out", claimed(60s), kSoldOut, EndReason::kSoldOut},
      {"holding when sold out", holding(60s, 60s), kSoldOut, EndReason::kSoldOut},
      {"lapsed before sold out was seen", claimed(-1s), kSoldOut, EndReason::kSoldOut},
      {"sold out, then closed", waiting(), kSoldOutThenClosed, EndReason::kSoldOut},
      {"waiting when closed", waiting(), kClosed, EndReason::kSaleClosed},
      {"active when closed", claimed(60s), kClosed, EndReason::kSaleClosed},
      {"holding when closed", holding(60s, 60s), kClosed, EndReason::kSaleClosed},
      {"lapsed before closed was seen", unclaimed(-1s), kClosed, EndReason::kSaleClosed},
      {"hold lapsed", holding(60s, -1us), kNoEnd, EndReason::kHoldLapsed},
      {"hold lapsed this instant", holding(60s, 0us), kNoEnd, EndReason::kHoldLapsed},
      {"hold lapsed after the active time", holding(-5s, -1s), kNoEnd, EndReason::kHoldLapsed},
      {"active time over", claimed(-1us), kNoEnd, EndReason::kActiveLapsed},
      {"active time over this instant", claimed(0us), kNoEnd, EndReason::kActiveLapsed},
      {"never showed up", unclaimed(-1us), kNoEnd, EndReason::kNotClaimed},
      {"never showed up until this instant", unclaimed(0us), kNoEnd, EndReason::kNotClaimed},
  };
  for (const Case& c : cases) {
    const TokenState state = token_state(c.record, c.end, true, kNow);
    EXPECT_EQ(state.status, TokenStatus::kExpired) << c.name;
    EXPECT_EQ(state.reason, c.reason) << c.name;
    EXPECT_EQ(state.expires_at, std::nullopt) << c.name;
  }
}

TEST(TokenState, IsActiveUntilItsTimeIsOver) {
  struct Case {
    const char* name;
    TokenRecord record;
    Micros left;
  };
  const std::vector<Case> cases = {
      {"unclaimed", unclaimed(50s), 50s},
      {"claimed", claimed(1us), 1us},
      {"the hold ends later", holding(60s, 90s), 90s},
      {"the hold ends earlier", holding(60s, 30s), 60s},
      {"the hold stretches it", holding(-30s, 1us), 1us},
  };
  for (const Case& c : cases) {
    const TokenState state = token_state(c.record, kNoEnd, true, kNow);
    EXPECT_EQ(state.status, TokenStatus::kActive) << c.name;
    EXPECT_EQ(state.expires_at, kNow + c.left) << c.name;
    EXPECT_EQ(state.reason, std::nullopt) << c.name;
  }
}

TEST(TokenState, WaitsOnceTheSaleIsOpenAndIsPrequeuedBefore) {
  EXPECT_EQ(token_state(waiting(), kNoEnd, true, kNow).status, TokenStatus::kWaiting);
  EXPECT_EQ(token_state(waiting(), kNoEnd, false, kNow).status, TokenStatus::kPrequeued);
}

TEST(EndReason, IsReadBackFromItsText) {
  for (const EndReason reason :
       {EndReason::kPaid, EndReason::kHoldLapsed, EndReason::kActiveLapsed, EndReason::kNotClaimed,
        EndReason::kLeft, EndReason::kSoldOut, EndReason::kSaleClosed, EndReason::kRevoked}) {
    EXPECT_EQ(parse_enum<EndReason>(text_of(reason)), reason);
  }
  EXPECT_EQ(parse_enum<EndReason>(""), std::nullopt);
  EXPECT_EQ(parse_enum<EndReason>("paid"), std::nullopt);
}
