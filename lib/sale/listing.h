#pragma once

#include <string>

#include "base/clock.h"
#include "base/id.h"
#include "db/connection.h"

namespace stagedoor::sale {

// The seats of a date as JSON, by number: the body of the seat listing without its version. Of a
// hall of 100,000 only those that are not free are read. Empty when the concert has no such date.
std::string list_seats_json(db::Connection& database, ConcertId concert_id, DateId date_id,
                            bool available_only, Time now);

}  // namespace stagedoor::sale
