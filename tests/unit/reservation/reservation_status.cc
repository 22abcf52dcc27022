#include <gtest/gtest.h>

#include "sale/reservation_rules.h"

using namespace stagedoor;
using namespace std::chrono_literals;

namespace {

constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

}  // namespace

TEST(ReservationStatus, IsWhatIsStoredButForAHoldPastItsDeadline) {
  struct Case {
    ReservationStatus stored;
    Micros left;
    ReservationStatus status;
  };
  const std::vector<Case> cases = {
      {ReservationStatus::kHeld, 1us, ReservationStatus::kHeld},
      {ReservationStatus::kHeld, 0us, ReservationStatus::kExpired},
      {ReservationStatus::kHeld, -24h, ReservationStatus::kExpired},
      {ReservationStatus::kExpired, 300s, ReservationStatus::kExpired},
      {ReservationStatus::kExpired, -300s, ReservationStatus::kExpired},
      {ReservationStatus::kConfirmed, 300s, ReservationStatus::kConfirmed},
      {ReservationStatus::kConfirmed, -300s, ReservationStatus::kConfirmed},
      {ReservationStatus::kCancelled, 300s, ReservationStatus::kCancelled},
      {ReservationStatus::kCancelled, -300s, ReservationStatus::kCancelled},
      {ReservationStatus::kRefunded, 300s, ReservationStatus::kRefunded},
      {ReservationStatus::kRefunded, -300s, ReservationStatus::kRefunded},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(reservation_status(c.stored, kNow + c.left, kNow), c.status)
        << text_of(c.stored) << " with " << c.left.count() << " us left";
  }
}

TEST(ReservationStatus, ReadsBackFromItsText) {
  for (const auto status :
       {ReservationStatus::kHeld, ReservationStatus::kConfirmed, ReservationStatus::kExpired,
        ReservationStatus::kCancelled, ReservationStatus::kRefunded}) {
    EXPECT_EQ(parse_enum<ReservationStatus>(text_of(status)), status);
  }
}
