#pragma once

#include <string>

#include "db/transaction.h"
#include "sale/reservation_rules.h"

// The rows of reservations and of the seats that they own, for the operations that work on them.
namespace stagedoor::sale {

struct ReservationRow {
  std::string stored;  // the status as it is written; see reservation_status()
  Time held_until;

  [[nodiscard]] ReservationStatus status(Time now) const {
    return reservation_status(stored, held_until, now);
  }
};

// REQUIRES: there is such a reservation.
ReservationRow lock_reservation(db::Transaction& transaction, ReservationId id);

// Frees the seats that the reservation still owns; what somebody else has taken over since is left
// alone.
void free_seats(db::Transaction& transaction, ReservationId id);

}  // namespace stagedoor::sale
