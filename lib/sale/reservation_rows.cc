#include "sale/reservation_rows.h"

namespace stagedoor::sale {
namespace {

constexpr const char* kLockReservation =
    "SELECT status, held_until FROM reservations WHERE reservation_id = ? FOR UPDATE";

// A seat's row names its owner.
constexpr const char* kFreeSeats =
    "UPDATE seats s JOIN reservations r ON r.date_id = s.date_id"
    " JOIN reservation_seats rs ON rs.reservation_id = r.reservation_id AND rs.number = s.number"
    " SET s.status = 'AVAILABLE', s.reservation_id = NULL, s.held_until = NULL"
    " WHERE r.reservation_id = ? AND s.reservation_id = ?";

}  // namespace

ReservationRow lock_reservation(db::Transaction& transaction, ReservationId id) {
  ReservationRow row;
  transaction.query(kLockReservation, id).read_first(row.stored, row.held_until);
  return row;
}

void free_seats(db::Transaction& transaction, ReservationId id) {
  transaction.execute(kFreeSeats, id, id);
}

}  // namespace stagedoor::sale
