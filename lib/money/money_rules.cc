#include "money/money_rules.h"

namespace stagedoor {

Outcome<Done> check_deposit(Money balance, Money amount) {
  if (amount > kBalanceMax - balance) return Refused{Refusal::kBalanceLimitExceeded};
  return Done{};
}

Outcome<Done> check_payment(ReservationStatus status, bool owns_seats, Money balance,
                            Money amount) {
  switch (status) {
    case ReservationStatus::kConfirmed:
    case ReservationStatus::kRefunded:
      return Refused{Refusal::kAlreadyPaid};
    case ReservationStatus::kCancelled:
      return Refused{Refusal::kReservationCancelled};
    case ReservationStatus::kExpired:
      return Refused{Refusal::kHoldExpired};
    case ReservationStatus::kHeld:
      break;
  }
  if (!owns_seats) return Refused{Refusal::kHoldExpired};
  if (balance < amount) {
    return Refused{Refusal::kInsufficientBalance,
                   {{"balance", balance.value}, {"required", amount.value}}};
  }
  return Done{};
}

Outcome<Done> check_refund(PaymentStatus status, std::optional<Time> refund_until, Time starts_at,
                           Money balance, Money amount, Time now) {
  if (status == PaymentStatus::kRefunded) return Refused{Refusal::kAlreadyRefunded};
  if (now >= refund_until.value_or(starts_at)) return Refused{Refusal::kRefundClosed};
  return check_deposit(balance, amount);
}

}  // namespace stagedoor
