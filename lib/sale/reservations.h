#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/pages.h"
#include "line/queue_tokens.h"
#include "people/apply_once.h"
#include "sale/reservation_rules.h"

namespace stagedoor::sale {

struct ReserveRequest {
  UserId user_id;
  Outcome<QueueTokenClaims> token;  // as read from the request; refused only after a replay
  DateId date_id;
  SeatWish wish;
  std::optional<people::IdempotencyKey> key;
};

// How a new reservation becomes the answer that a repeated request gets again.
using RenderReservation = std::function<std::string(const Reservation&)>;

// Holds seats for the owner of an ACTIVE token: all or none, in one transaction. The refusals come
// in the order of web/openapi.yaml.
Outcome<people::StoredAnswer> reserve_seats(line::LineStores& stores, const ReserveRequest& request,
                                            const RenderReservation& render);

// Lets go of a hold; nothing happens to one that has ended. kNotFound when it is not the user's,
// kAlreadyPaid.
Outcome<Done> release_reservation(line::LineStores& stores, UserId user_id, ReservationId id);

Outcome<Reservation> find_reservation(db::Connection& database, UserId user_id, ReservationId id);

// Newest first, after the one given.
TimePage<Reservation> list_reservations(db::Connection& database, UserId user_id,
                                        const std::optional<TimeCursor<ReservationId>>& after,
                                        int limit);

}  // namespace stagedoor::sale
