#include "money/money_rules.h"

#include <gtest/gtest.h>

#include <array>

namespace stagedoor {
namespace {

using namespace std::chrono_literals;

constexpr Money kPrice{100};
constexpr Time kStart{1h};

// What a rule refuses; nothing: it allows.
std::optional<Refusal> refusal_of(const Outcome<Done>& outcome) {
  return outcome ? std::nullopt : std::optional(outcome.error().refusal);
}

}  // namespace

TEST(CheckDeposit, FillsABalanceUpToItsLimitAndNotBeyond) {
  struct Case {
    std::int64_t balance;
    std::int64_t amount;
    bool allowed;
  };
  constexpr std::int64_t kMax = kBalanceMax.value;
  for (const Case& c : {Case{0, 1, true}, Case{0, kMax, true}, Case{kMax - 1, 1, true},
                        Case{kMax, 0, true}, Case{kMax, 1, false}, Case{kMax - 1, 2, false},
                        Case{1, kMax, false}, Case{kMax, kMax, false}}) {
    const auto refusal = refusal_of(check_deposit(Money{c.balance}, Money{c.amount}));
    const auto expected = c.allowed ? std::nullopt : std::optional(Refusal::kBalanceLimitExceeded);
    EXPECT_EQ(refusal, expected) << c.balance << " + " << c.amount;
  }
}

// Every refusal holds whatever would be refused after it.
TEST(CheckPayment, RefusesInTheOrderOfTheContract) {
  struct Case {
    ReservationStatus status;
    Refusal refusal;
  };
  for (const Case& c : {Case{ReservationStatus::kConfirmed, Refusal::kAlreadyPaid},
                        Case{ReservationStatus::kRefunded, Refusal::kAlreadyPaid},
                        Case{ReservationStatus::kCancelled, Refusal::kReservationCancelled},
                        Case{ReservationStatus::kExpired, Refusal::kHoldExpired}}) {
    for (const bool owns_seats : {true, false}) {
      for (const Money balance : {Money{0}, kPrice}) {
        EXPECT_EQ(refusal_of(check_payment(c.status, owns_seats, balance, kPrice)), c.refusal);
      }
    }
  }
}

TEST(CheckPayment, RefusesAHoldWhoseSeatsSomebodyElseHasAsExpired) {
  for (const Money balance : {Money{0}, kPrice}) {
    EXPECT_EQ(refusal_of(check_payment(ReservationStatus::kHeld, false, balance, kPrice)),
              Refusal::kHoldExpired);
  }
}

TEST(CheckPayment, NeedsTheWholeAmount) {
  const auto pay_from = [](std::int64_t balance, std::int64_t amount) {
    return refusal_of(check_payment(ReservationStatus::kHeld, true, Money{balance}, Money{amount}));
  };
  EXPECT_EQ(pay_from(100, 100), std::nullopt);
  EXPECT_EQ(pay_from(101, 100), std::nullopt);
  EXPECT_EQ(pay_from(0, 0), std::nullopt);
  EXPECT_EQ(pay_from(99, 100), Refusal::kInsufficientBalance);
  EXPECT_EQ(pay_from(0, 1), Refusal::kInsufficientBalance);
}

TEST(CheckPayment, SaysHowMuchThereIsAndHowMuchIsNeeded) {
  const auto outcome = check_payment(ReservationStatus::kHeld, true, Money{7}, kPrice);
  ASSERT_FALSE(outcome);
  ASSERT_EQ(outcome.error().members.size(), 2U);
  EXPECT_EQ(outcome.error().members[0].name, "balance");
  EXPECT_EQ(std::get<std::int64_t>(outcome.error().members[0].value), 7);
  EXPECT_EQ(outcome.error().members[1].name, "required");
  EXPECT_EQ(std::get<std::int64_t>(outcome.error().members[1].value), 100);
}

TEST(CheckRefund, ClosesAtTheStartOfTheDateUnlessTheOrganiserSaysOtherwise) {
  struct Case {
    std::optional<Time> refund_until;
    Time now;
    bool allowed;
  };
  constexpr auto kInstant = Micros{1};
  for (const Case& c :
       {Case{std::nullopt, kStart - kInstant, true}, Case{std::nullopt, kStart, false},
        Case{kStart - 1min, kStart - 1min, false},
        Case{kStart - 1min, kStart - 1min - kInstant, true}, Case{kStart + 1h, kStart + 1min, true},
        Case{kStart + 1h, kStart + 1h, false}}) {
    const auto refusal = refusal_of(
        check_refund(PaymentStatus::kPaid, c.refund_until, kStart, Money{0}, kPrice, c.now));
    EXPECT_EQ(refusal, c.allowed ? std::nullopt : std::optional(Refusal::kRefundClosed));
  }
}

TEST(CheckRefund, RefusesInTheOrderOfTheContract) {
  const auto refund = [](PaymentStatus status, Time now, Money balance) {
    return refusal_of(check_refund(status, std::nullopt, kStart, balance, kPrice, now));
  };
  EXPECT_EQ(refund(PaymentStatus::kRefunded, kStart, kBalanceMax), Refusal::kAlreadyRefunded);
  EXPECT_EQ(refund(PaymentStatus::kRefunded, Time{}, Money{0}), Refusal::kAlreadyRefunded);
  EXPECT_EQ(refund(PaymentStatus::kPaid, kStart, kBalanceMax), Refusal::kRefundClosed);
  EXPECT_EQ(refund(PaymentStatus::kPaid, Time{}, kBalanceMax), Refusal::kBalanceLimitExceeded);
  EXPECT_EQ(refund(PaymentStatus::kPaid, Time{}, kBalanceMax - kPrice), std::nullopt);
}

TEST(MoneyNames, AreThoseOfTheContract) {
  EXPECT_EQ(text_of(MovementKind::kCharge), "CHARGE");
  EXPECT_EQ(text_of(MovementKind::kPayment), "PAYMENT");
  EXPECT_EQ(text_of(MovementKind::kRefund), "REFUND");
  EXPECT_EQ(text_of(PaymentStatus::kPaid), "PAID");
  EXPECT_EQ(text_of(PaymentStatus::kRefunded), "REFUNDED");
}

}  // namespace stagedoor
