#pragma once

#include <optional>

#include "db/connection.h"
#include "db/transaction.h"
#include "domain/refusal.h"
#include "domain/seat_plan.h"

namespace stagedoor::operations {

// Reads the seats of a date one by one, and keeps their plan when it is short enough: that of seats
// which do not count on is as long as a listing.
SeatPlan keep_seat_plan(db::Transaction& transaction, DateId date_id);

// The plan of a date, kept or read; nothing when the concert has no such date.
std::optional<SeatPlan> find_seat_plan(db::Connection& database, ConcertId concert_id,
                                       DateId date_id);

}  // namespace stagedoor::operations
