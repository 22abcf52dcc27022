#pragma once

#include <string>
#include <vector>

#include "base/id.h"
#include "db/connection.h"
#include "db/transaction.h"
#include "sale/concert_rules.h"

namespace stagedoor::sale {

// Keeps the ranges of a new date, in the order in which the organiser put them in.
void insert_seat_ranges(db::Transaction& transaction, DateId date_id,
                        const std::vector<SeatRange>& ranges);

// Empty when the concert has no such date.
std::vector<SeatRange> find_seat_ranges(db::Connection& database, ConcertId concert_id,
                                        DateId date_id);

// Those dates to come whose seats are not what their ranges say, at most so many.
std::vector<std::string> wrong_seat_ranges(db::Snapshot& snapshot, std::size_t count_max);

}  // namespace stagedoor::sale
