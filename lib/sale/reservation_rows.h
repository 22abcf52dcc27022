#pragma once

#include <utility>
#include <vector>

#include "db/columns.h"
#include "db/transaction.h"
#include "sale/reservation_rules.h"

// The rows of reservations and of the seats that they own, for the operations that work on them.
namespace stagedoor::sale {

// Of seats.
inline const db::Columns<ReservedSeat> kSeatColumns = {{"number", &ReservedSeat::number},
                                                       {"label", &ReservedSeat::label},
                                                       {"section", &ReservedSeat::section},
                                                       {"grade", &ReservedSeat::grade},
                                                       {"price", &ReservedSeat::price}};

// Where `rs` is a row of reservation_seats and `s` the one of the seat.
inline const db::Columns<ReservedSeat> kReservedSeatColumns = {
    {"rs.number", &ReservedSeat::number},
    {"s.label", &ReservedSeat::label},
    {"rs.section", &ReservedSeat::section},
    {"rs.grade", &ReservedSeat::grade},
    {"rs.price", &ReservedSeat::price}};

// One seat of a reservation or payment.
template <typename Owner>
struct OwnedSeat {
  Owner owner;
  ReservedSeat seat;
};

// Each owner with all of its seats. REQUIRES: those of one owner follow each other.
template <typename Owner>
std::vector<Owner> gather_seats(std::vector<OwnedSeat<Owner>> rows) {
  std::vector<Owner> owners;
  for (OwnedSeat<Owner>& row : rows) {
    if (owners.empty() || owners.back().id != row.owner.id) owners.push_back(std::move(row.owner));
    owners.back().seats.push_back(std::move(row.seat));
  }
  return owners;
}

struct ReservationRow {
  ReservationStatus stored = ReservationStatus::kExpired;  // as it is written
  Time held_until;

  [[nodiscard]] ReservationStatus status(Time now) const {
    return reservation_status(stored, held_until, now);
  }
};

// REQUIRES: there is such a reservation.
ReservationRow lock_reservation(db::Transaction& transaction, ReservationId id);

// A hold under the locks of the reservation and of the seats that it still owns.
struct LockedHold {
  ReservationStatus status = ReservationStatus::kExpired;
  std::size_t seats_owned = 0;
  Time now = {};  // read behind the last lock
};

// REQUIRES: there is such a reservation, of this date.
LockedHold lock_hold(db::Transaction& transaction, ReservationId id, DateId date_id);

// Turns the hold into ownership. REQUIRES: lock_hold() says that it is live and owns its seats.
void confirm_hold(db::Transaction& transaction, ReservationId id, DateId date_id,
                  PaymentId payment_id);

// Takes the ownership back and frees the seats. REQUIRES: the reservation is locked.
void refund_reservation(db::Transaction& transaction, ReservationId id);

// Lets go of the seats of an open hold and ends it as CANCELLED. Seats that another hold has taken
// over since are left alone. REQUIRES: the hold's token is locked.
void cancel_hold(db::Transaction& transaction, ReservationId id);

// Frees the seats that the reservation still owns; what another one has taken over since is left
// alone. REQUIRES: the reservation is locked.
void free_seats(db::Transaction& transaction, ReservationId id);

}  // namespace stagedoor::sale
