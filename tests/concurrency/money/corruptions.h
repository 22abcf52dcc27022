#pragma once

#include "watch/invariants.h"

namespace stagedoor::testing {

// How to break one invariant and nothing else. @concert, @date, @payer, @charged (a user who only
// charged), @payment, @refunded (a payment), @held, @paid and @cancelled (reservations), @waiting,
// @behind (the one behind it) and @inside (tokens) are set.
struct Corruption {
  watch::Invariant invariant;
  const char* sql;
};

using enum watch::Invariant;

inline constexpr Corruption kCorruptions[] = {
    {kPlacesDense,
     "UPDATE queue_counters SET last_place = last_place + 1 WHERE concert_id = @concert"},
    {kPlacesInOrderOfIssue,
     "UPDATE queue_tokens SET issued_at = issued_at - INTERVAL 1 HOUR WHERE token_id = @waiting"},
    {kPlacesInOrderOfIssue,
     "SELECT place INTO @place FROM queue_tokens WHERE token_id = @waiting;"
     "UPDATE queue_tokens SET place = -1 WHERE token_id = @waiting;"
     "UPDATE queue_tokens SET place = @place WHERE token_id = @behind;"
     "UPDATE queue_tokens SET place = @place + 1 WHERE token_id = @waiting"},
    {kOneLiveToken,
     "ALTER TABLE queue_tokens DROP INDEX one_live_token;"
     "UPDATE queue_counters SET last_place = last_place + 1 WHERE concert_id = @concert;"
     "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at)"
     " SELECT REVERSE(token_id), t.concert_id, user_id, last_place, status, live,"
     "  SYSDATE(6) FROM queue_tokens t JOIN queue_counters c ON c.concert_id = t.concert_id"
     " WHERE token_id = @waiting"},
    {kNobodyBehindTheFront,
     "UPDATE queues SET front_place = (SELECT place FROM queue_tokens WHERE token_id = @waiting)"
     " WHERE concert_id = @concert"},
    {kAdmissionsInOrder,
     "SELECT MIN(admission), MAX(admission) INTO @first, @last FROM admissions"
     " WHERE concert_id = @concert;"
     "UPDATE queue_tokens SET admitted_in = CASE admitted_in WHEN @first THEN @last"
     "  WHEN @last THEN @first ELSE admitted_in END WHERE concert_id = @concert;"
     "UPDATE admissions SET admission = -1 WHERE concert_id = @concert AND admission = @first;"
     "UPDATE admissions SET admission = @first"
     " WHERE concert_id = @concert AND admission = @last;"
     "UPDATE admissions SET admission = @last WHERE concert_id = @concert AND admission = -1;"
     "SELECT admitted_at INTO @first_at FROM admissions"
     " WHERE concert_id = @concert AND admission = @last;"
     "SELECT admitted_at INTO @last_at FROM admissions"
     " WHERE concert_id = @concert AND admission = @first;"
     "UPDATE admissions SET admitted_at = IF(admission = @first, @first_at, @last_at)"
     " WHERE concert_id = @concert AND admission IN (@first, @last)"},
    {kActiveCounted, "UPDATE queues SET active = active + 1 WHERE concert_id = @concert"},
    {kDepartedNotWaiting,
     "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = SYSDATE(6),"
     " expired_reason = 'LEFT' WHERE token_id = @waiting"},
    {kWaitingNotDeparted,
     "INSERT INTO queue_departures SELECT concert_id, place, FALSE FROM queue_tokens"
     " WHERE token_id = @waiting"},
    {kWaitingNotDeparted,
     "UPDATE queue_blocks b JOIN queue_tokens t ON t.concert_id = b.concert_id AND b.block = 0"
     " SET b.departed = INSERT(b.departed, t.place DIV 8 + 1, 1, CHAR(1 << (t.place MOD 8)"
     "  | ORD(SUBSTRING(b.departed, t.place DIV 8 + 1, 1)))) WHERE t.token_id = @waiting"},
    {kLogOfItsJoins, "UPDATE line_logs SET root = REVERSE(root) WHERE concert_id = @concert"},
    {kLogOfItsJoins, "DELETE FROM line_logs WHERE concert_id = @concert"},
    {kDrawOfItsParts,
     "INSERT INTO draws (concert_id, secret, closed_at, entries, log_root, seed, drawn_at) VALUES"
     " (@concert, REPEAT('s', 32), SYSDATE(6), 0, UNHEX(SHA2('', 256)), REPEAT('x', 32),"
     "  SYSDATE(6))"},
    {kDrawOfItsParts,
     "INSERT INTO draws (concert_id, secret, closed_at, entries, log_root, seed, drawn_at) VALUES"
     " (@concert, REPEAT('s', 32), SYSDATE(6), 0, REPEAT('r', 32),"
     "  UNHEX(SHA2(CONCAT(REPEAT('s', 32), REPEAT('r', 32)), 256)), SYSDATE(6))"},
    {kRecordWithinLimit,
     "UPDATE admissions SET active_after = max_active + 1 WHERE concert_id = @concert"
     " ORDER BY admission LIMIT 1"},
    {kPaceKept, "UPDATE admissions SET admit_per_minute = 1 WHERE concert_id = @concert"},
    {kPaceKept,
     "UPDATE admissions SET admit_per_minute = 60, max_active = 100, admitted_at = admitted_at - "
     "INTERVAL"
     "  TIMESTAMPDIFF(MICROSECOND, (SELECT at FROM (SELECT MIN(admitted_at) AS at FROM admissions"
     "   WHERE concert_id = @concert) AS first), admitted_at) MICROSECOND"
     " WHERE concert_id = @concert"},
    {kRecordHasTokens, "UPDATE queue_tokens SET admitted_in = NULL WHERE token_id = @inside"},
    {kActiveWithinLimit,
     "UPDATE queue_tokens t JOIN reservations r ON r.token_id = t.token_id"
     " SET t.ended_at = SYSDATE(6) WHERE r.reservation_id = @paid"},
    {kSeatOwnerIsItsReservation,
     "UPDATE seats SET status = 'HELD', reservation_id = REVERSE(@held),"
     " held_until = SYSDATE(6) + INTERVAL 1 HOUR WHERE date_id = @date AND number = 9"},
    {kSoldSeatConfirmed,
     "UPDATE seats s JOIN reservation_seats rs ON rs.number = s.number SET s.status = 'SOLD',"
     " s.held_until = NULL, s.reservation_id = @cancelled"
     " WHERE s.date_id = @date AND rs.reservation_id = @cancelled"},
    {kConfirmedOwnsSeats,
     "UPDATE seats SET status = 'AVAILABLE', reservation_id = NULL WHERE reservation_id = @paid"
     " LIMIT 1"},
    {kLiveHoldHoldsSeats,
     "UPDATE seats SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL"
     " WHERE reservation_id = @held LIMIT 1"},
    {kSeatsAndAmountAddUp,
     "UPDATE reservations SET amount = amount + 1 WHERE reservation_id = @cancelled"},
    {kSeatsWithinLimit,
     "UPDATE reservations SET user_seats = 1, user_seats_max = 1 WHERE reservation_id = @paid"},
    {kTokenKnowsItsHold,
     "UPDATE queue_tokens SET held_until = held_until + INTERVAL 1 SECOND WHERE hold_id = @held"},
    {kReservationOfItsSale,
     "UPDATE reservations SET concert_id = concert_id + 1000 WHERE reservation_id = @cancelled"},
    {kReservationOfItsSale,
     "UPDATE reservations SET token_id = REVERSE(token_id) WHERE payment_id = @refunded"},
    {kHoldKnownToItsToken,
     "UPDATE queue_tokens SET hold_id = NULL, held_until = NULL, ends_at = active_until"
     " WHERE hold_id = @held"},
    {kHoldKnownToItsToken,
     "INSERT INTO queue_departures SELECT concert_id, place, TRUE FROM queue_tokens"
     " WHERE hold_id = @held;"
     "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = SYSDATE(6),"
     " expired_reason = 'ACTIVE_LAPSED' WHERE hold_id = @held"},
    {kHoldEndsWithItsToken,
     "INSERT INTO queue_departures SELECT concert_id, place, TRUE FROM queue_tokens"
     " WHERE hold_id = @held;"
     "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = SYSDATE(6),"
     " expired_reason = 'REVOKED' WHERE hold_id = @held"},
    {kSeatsAsPutIn, "UPDATE seats SET price = price + 1 WHERE date_id = @date AND number = 8"},
    {kBalanceIsSum, "UPDATE users SET balance = balance + 1 WHERE user_id = @payer"},
    {kLedgerHasUser, "DELETE FROM users WHERE user_id = @charged"},
    {kBalanceInBounds,
     "UPDATE users SET balance = balance + 1000000000000000 WHERE user_id = @charged;"
     "INSERT INTO ledger_entries (account, user_id, kind, reference, amount, balance_after, at)"
     " SELECT 'USER', user_id, 'CHARGE', REVERSE(user_id), 1000000000000000, balance, SYSDATE(6)"
     " FROM users WHERE user_id = @charged;"
     "INSERT INTO ledger_entries (account, kind, reference, amount, at)"
     " VALUES ('TILL', 'CHARGE', REVERSE(@charged), -1000000000000000, SYSDATE(6))"},
    {kBalanceAfter,
     "UPDATE ledger_entries SET balance_after = balance_after + 1 WHERE user_id = @charged"
     " ORDER BY entry_id LIMIT 1"},
    {kMovementSumsToZero,
     "UPDATE ledger_entries SET amount = amount - 1 WHERE account = 'TILL'"
     " ORDER BY entry_id LIMIT 1"},
    {kPaymentHasReservation,
     "INSERT INTO payments (payment_id, reservation_id, user_id, concert_id, amount, balance_after,"
     "  status, paid_at) SELECT REVERSE(payment_id), REVERSE(reservation_id), user_id, concert_id, "
     "0,"
     "  balance_after, status, paid_at FROM payments WHERE payment_id = @payment;"
     "INSERT INTO ledger_entries (account, user_id, concert_id, kind, reference, amount,"
     "  balance_after, at) SELECT account, user_id, concert_id, kind, REVERSE(reference), 0,"
     "  balance_after, at FROM ledger_entries WHERE reference = @payment"},
    {kPaidHasPayment,
     "UPDATE reservations SET status = 'REFUNDED', payment_id = REVERSE(reservation_id)"
     " WHERE reservation_id = @cancelled"},
    {kPaymentMovedMoney, "UPDATE ledger_entries SET kind = 'CHARGE' WHERE reference = @payment"},
    {kPaymentMovedMoney,
     "UPDATE ledger_entries SET concert_id = concert_id + 1000"
     " WHERE reference = @payment AND account = 'REVENUE'"},
    {kPaymentMovedMoney,
     "UPDATE ledger_entries SET concert_id = concert_id + 1000"
     " WHERE reference = @refunded AND account = 'REVENUE' AND kind = 'REFUND'"},
    {kPaidInTime,
     "UPDATE payments p JOIN reservations r ON r.payment_id = p.payment_id"
     " SET p.paid_at = r.held_until WHERE p.payment_id = @payment"},
    {kRefundedInTime,
     "UPDATE payments SET refunded_at = refund_limit WHERE payment_id = @refunded"},
    {kRefundedInTime, "UPDATE payments SET refund_limit = NULL WHERE payment_id = @refunded"},
    {kMoneyMovedForPayments,
     "UPDATE ledger_entries l JOIN (SELECT reference FROM ledger_entries"
     "  WHERE user_id = @charged) AS c ON c.reference = l.reference SET l.kind = 'PAYMENT'"},
};

}  // namespace stagedoor::testing
