#include <gtest/gtest.h>

#include "sale/reservation_rules.h"

using namespace stagedoor;
using namespace std::chrono_literals;

namespace {

constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

}  // namespace

TEST(ReservationStatus, IsWhatIsStoredButForAHoldPastItsDeadline) {
  struct Case {
    const char* stored;
    Micros left;
    ReservationStatus status;
  };
  const std::vector<Case> cases = {
      {"HELD", 1us, ReservationStatus::kHeld},
      {"HELD", 0us, ReservationStatus::kExpired},
      {"HELD", -24h, ReservationStatus::kExpired},
      {"EXPIRED", 300s, ReservationStatus::kExpired},
      {"EXPIRED", -300s, ReservationStatus::kExpired},
      {"CONFIRMED", 300s, ReservationStatus::kConfirmed},
      {"CONFIRMED", -300s, ReservationStatus::kConfirmed},
      {"CANCELLED", 300s, ReservationStatus::kCancelled},
      {"CANCELLED", -300s, ReservationStatus::kCancelled},
      {"REFUNDED", 300s, ReservationStatus::kRefunded},
      {"REFUNDED", -300s, ReservationStatus::kRefunded},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(reservation_status(c.stored, kNow + c.left, kNow), c.status)
        << c.stored << " with " << c.left.count() << " us left";
  }
}

TEST(ReservationStatus, ReadsBackFromItsOwnName) {
  for (const auto status :
       {ReservationStatus::kHeld, ReservationStatus::kConfirmed, ReservationStatus::kExpired,
        ReservationStatus::kCancelled, ReservationStatus::kRefunded}) {
    EXPECT_EQ(reservation_status(reservation_status_name(status), kNow + 1s, kNow), status);
  }
}
