#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "db/connection.h"
#include "db/transaction.h"
#include "sale/seat_plan_rules.h"

namespace stagedoor::sale {

// Reads the seats of a date one by one, and keeps their plan. That of seats which do not count on
// may be as long as a listing: then it is kept that they have none.
SeatPlan keep_seat_plan(db::Transaction& transaction, DateId date_id);

// The plan of a date, kept or read; nothing when the concert has no such date.
std::optional<SeatPlan> find_seat_plan(db::Connection& database, ConcertId concert_id,
                                       DateId date_id);

// Those dates to come whose plan does not say what their seats are, at most so many.
std::vector<std::string> wrong_seat_plans(db::Snapshot& snapshot, std::size_t count_max);

}  // namespace stagedoor::sale
