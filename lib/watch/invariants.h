#pragma once

#include "base/enum_text.h"

namespace stagedoor::watch {

// What the audit checks. docs/ARCHITECTURE.md says what guards each of them, and a test breaks each
// of them on purpose (tests/concurrency/money/audit.cc).
enum class Invariant {
  kPlacesDense,
  kPlacesInOrderOfIssue,
  kOneLiveToken,
  kNobodyBehindTheFront,
  kAdmissionsInOrder,
  kActiveCounted,
  kDepartedNotWaiting,
  kWaitingNotDeparted,
  kLogOfItsJoins,
  kDrawOfItsParts,
  kRecordWithinLimit,
  kRecordHasTokens,
  kActiveWithinLimit,
  kPaceKept,
  kSeatOwnerIsItsReservation,
  kSoldSeatConfirmed,
  kConfirmedOwnsSeats,
  kLiveHoldHoldsSeats,
  kSeatsAsPutIn,
  kReservationOfItsSale,
  kSeatsAndAmountAddUp,
  kSeatsWithinLimit,
  kTokenKnowsItsHold,
  kHoldKnownToItsToken,
  kHoldEndsWithItsToken,
  kBalanceIsSum,
  kLedgerHasUser,
  kBalanceInBounds,
  kBalanceAfter,
  kMovementSumsToZero,
  kPaymentHasReservation,
  kPaidHasPayment,
  kPaymentMovedMoney,
  kMoneyMovedForPayments,
  kPaidInTime,
  kRefundedInTime,
};

constexpr auto enum_texts(Invariant /*of*/) {
  using enum Invariant;
  return std::array{
      EnumText{kPlacesDense, "line: places are given out without gaps"},
      EnumText{kPlacesInOrderOfIssue, "line: places are in the order of their issue"},
      EnumText{kOneLiveToken, "line: a user has one live token per concert"},
      EnumText{kNobodyBehindTheFront, "line: no client waits behind the front"},
      EnumText{kAdmissionsInOrder, "line: admissions are in line order"},
      EnumText{kActiveCounted, "line: the active are counted"},
      EnumText{kDepartedNotWaiting, "line: departed places are not counted as waiting"},
      EnumText{kWaitingNotDeparted, "line: a place that waits is not counted as departed"},
      EnumText{kLogOfItsJoins, "line: the log is that of its joins"},
      EnumText{kDrawOfItsParts, "line: a draw is made of its secret, its log and its beacon"},
      EnumText{kRecordWithinLimit, "admission: no record exceeds its limit"},
      EnumText{kRecordHasTokens, "admission: every record has its tokens"},
      EnumText{kActiveWithinLimit, "admission: never more active than the limit in force"},
      EnumText{kPaceKept, "admission: the pace in force is kept in every stretch of time"},
      EnumText{kSeatOwnerIsItsReservation, "seats: the owner of a seat is a reservation of it"},
      EnumText{kSoldSeatConfirmed, "seats: every SOLD seat has exactly one confirmed reservation"},
      EnumText{kConfirmedOwnsSeats, "seats: a confirmed reservation owns all of its seats"},
      EnumText{kLiveHoldHoldsSeats, "seats: a live hold holds all of its seats"},
      EnumText{kSeatsAsPutIn, "seats: those of a date are what its organiser put in"},
      EnumText{kReservationOfItsSale,
               "reservations: each is of its date, its concert and its token"},
      EnumText{kSeatsAndAmountAddUp, "reservations: seats and amount add up"},
      EnumText{kSeatsWithinLimit, "reservations: no user has more seats of a date than allowed"},
      EnumText{kTokenKnowsItsHold, "reservations: a token has one open hold and knows it"},
      EnumText{kHoldKnownToItsToken, "reservations: a live hold is known to its token"},
      EnumText{kHoldEndsWithItsToken,
               "reservations: a token that left or was revoked took its hold along"},
      EnumText{kBalanceIsSum, "money: every balance is the sum of its ledger"},
      EnumText{kLedgerHasUser, "money: no ledger without a user"},
      EnumText{kBalanceInBounds, "money: every balance is within its bounds"},
      EnumText{kBalanceAfter, "money: every entry says the balance after it"},
      EnumText{kMovementSumsToZero, "money: the entries of every movement sum to zero"},
      EnumText{kPaymentHasReservation, "payments: each has its reservation"},
      EnumText{kPaidHasPayment, "payments: every confirmed or refunded reservation has one"},
      EnumText{kPaymentMovedMoney, "payments: each moved its money, and back when it was refunded"},
      EnumText{kMoneyMovedForPayments, "payments: money moved for payments only"},
      EnumText{kPaidInTime, "payments: each was made before its hold lapsed"},
      EnumText{kRefundedInTime, "payments: each refund was made in time"},
  };
}

}  // namespace stagedoor::watch
