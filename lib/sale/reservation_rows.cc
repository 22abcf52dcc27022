#include "sale/reservation_rows.h"

#include <cassert>

namespace stagedoor::sale {
namespace {

constexpr const char* kLockReservation =
    "SELECT status, held_until FROM reservations WHERE reservation_id = ? FOR UPDATE";

// What locks seats names their index: a server that is left to choose may find them by the few that
// are HELD just now, and then locks those of others as well.

// A seat's row names its owner.
constexpr const char* kFreeSeats =
    "UPDATE reservations r STRAIGHT_JOIN reservation_seats rs"
    " ON rs.reservation_id = r.reservation_id STRAIGHT_JOIN seats s FORCE INDEX (PRIMARY)"
    " ON s.date_id = r.date_id AND s.number = rs.number"
    " SET s.status = 'AVAILABLE', s.reservation_id = NULL, s.held_until = NULL"
    " WHERE r.reservation_id = ? AND s.reservation_id = ?";

constexpr const char* kCancelHold =
    "UPDATE reservations SET status = 'CANCELLED', open = NULL WHERE reservation_id = ?"
    " AND status = 'HELD'";
constexpr const char* kConfirmReservation =
    "UPDATE reservations SET status = 'CONFIRMED', open = NULL, payment_id = ?"
    " WHERE reservation_id = ?";
constexpr const char* kSellSeats =
    "UPDATE reservation_seats rs STRAIGHT_JOIN seats s FORCE INDEX (PRIMARY)"
    " ON s.number = rs.number"
    " SET s.status = 'SOLD', s.held_until = NULL"
    " WHERE rs.reservation_id = ? AND s.date_id = ? AND s.reservation_id = ?";
constexpr const char* kRefundReservation =
    "UPDATE reservations SET status = 'REFUNDED' WHERE reservation_id = ?";

// The seats' own rows say whether they are still this reservation's. SYSDATE is read behind the
// last lock.
constexpr const char* kLockOwnedSeats =
    "SELECT s.number, SYSDATE(6) FROM reservation_seats rs STRAIGHT_JOIN seats s"
    " FORCE INDEX (PRIMARY) ON s.date_id = ? AND s.number = rs.number"
    " WHERE rs.reservation_id = ? AND s.reservation_id = ? AND s.status = 'HELD'"
    " ORDER BY s.number FOR UPDATE";

}  // namespace

ReservationRow lock_reservation(db::Transaction& transaction, ReservationId id) {
  ReservationRow row;
  transaction.enter(db::LockRank::kReservation);
  transaction.query(kLockReservation, id).read_first(row.stored, row.held_until);
  return row;
}

LockedHold lock_hold(db::Transaction& transaction, ReservationId id, DateId date_id) {
  const ReservationRow row = lock_reservation(transaction, id);
  transaction.enter(db::LockRank::kSeats);
  LockedHold hold;
  for (db::Rows rows = transaction.query(kLockOwnedSeats, date_id, id, id); rows.next();) {
    std::int64_t number = 0;
    rows.read(number, hold.now);
    ++hold.seats_owned;
  }
  if (hold.seats_owned == 0) hold.now = transaction.now();
  hold.status = row.status(hold.now);
  return hold;
}

void confirm_hold(db::Transaction& transaction, ReservationId id, DateId date_id,
                  PaymentId payment_id) {
  assert(transaction.has_entered(db::LockRank::kReservation));
  assert(transaction.has_entered(db::LockRank::kSeats));
  transaction.execute(kConfirmReservation, payment_id, id);
  transaction.execute(kSellSeats, id, date_id, id);
}

void refund_reservation(db::Transaction& transaction, ReservationId id) {
  assert(transaction.has_entered(db::LockRank::kReservation));
  transaction.execute(kRefundReservation, id);
  free_seats(transaction, id);
}

void cancel_hold(db::Transaction& transaction, ReservationId id) {
  assert(transaction.has_entered(db::LockRank::kToken));
  transaction.enter(db::LockRank::kReservation);
  transaction.execute(kCancelHold, id);
  free_seats(transaction, id);
}

void free_seats(db::Transaction& transaction, ReservationId id) {
  assert(transaction.has_entered(db::LockRank::kReservation));
  transaction.enter(db::LockRank::kSeats);
  transaction.execute(kFreeSeats, id, id);
}

}  // namespace stagedoor::sale
