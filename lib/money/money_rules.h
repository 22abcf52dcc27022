#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sale/reservation_rules.h"

namespace stagedoor {

inline constexpr std::int64_t kChargeMax = 10'000'000;
inline constexpr Money kBalanceMax{1'000'000'000'000'000};

enum class MovementKind { kCharge, kPayment, kRefund };

constexpr auto enum_texts(MovementKind /*of*/) {
  using enum MovementKind;
  return std::array{EnumText{kCharge, "CHARGE"}, EnumText{kPayment, "PAYMENT"},
                    EnumText{kRefund, "REFUND"}};
}

enum class PaymentStatus { kPaid, kRefunded };

constexpr auto enum_texts(PaymentStatus /*of*/) {
  using enum PaymentStatus;
  return std::array{EnumText{kPaid, "PAID"}, EnumText{kRefunded, "REFUNDED"}};
}

struct Payment {
  PaymentId id = {};
  ReservationId reservation_id = {};
  UserId user_id = {};
  ConcertId concert_id = {};
  std::string concert_title = {};
  DateId date_id = {};
  Time starts_at = {};
  std::vector<ReservedSeat> seats = {};
  Money amount = {};
  Money balance = {};  // of the user, after the last thing that happened to the payment
  PaymentStatus status = PaymentStatus::kPaid;
  Time created_at = {};  // when it was paid
  std::optional<Time> refunded_at = {};
};

// Refuses what would lift a balance above kBalanceMax.
Outcome<Done> check_deposit(Money balance, Money amount);

// Whether a reservation in `status` may be paid from `balance`, in the order of web/openapi.yaml.
// `owns_seats`: every seat's row still names it.
Outcome<Done> check_payment(ReservationStatus status, bool owns_seats, Money balance, Money amount);

// Whether a payment may be refunded at `now`: until `refund_until`, or until the date starts.
Outcome<Done> check_refund(PaymentStatus status, std::optional<Time> refund_until, Time starts_at,
                           Money balance, Money amount, Time now);

}  // namespace stagedoor
