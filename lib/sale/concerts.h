#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "db/transaction.h"
#include "sale/concert_rules.h"

namespace stagedoor::sale {

// Which part of the list of concerts is asked for: by (earliest date, concert_id).
struct ConcertFilter {
  struct Position {
    Time first_date_at;
    ConcertId concert_id;
  };
  bool past = false;                   // also those whose last date has begun
  std::optional<Time> day = {};        // only those with a performance on this day
  std::optional<Position> after = {};  // the last one seen
  int limit = 20;
};

struct ConcertPage {
  std::vector<Concert> concerts;
  bool more = false;
};

ConcertPage list_concerts(db::Connection& database, const ConcertFilter& filter, Time now);

Outcome<Concert> find_concert(db::Connection& database, ConcertId id);

// By start, then id. `available_only` leaves out those without a free seat.
Outcome<std::vector<DateSummary>> list_dates(db::Connection& database, ConcertId id,
                                             bool available_only, Time now);

// What the organiser gets back: the new things with their ids.
struct CreatedConcert {
  Concert concert;
  std::vector<DateSummary> dates;
};

// REQUIRES: the settings and seats passed the checks of concert_rules.
CreatedConcert create_concert(db::Connection& database, const NewConcert& concert);
// The same as a part of a larger transaction.
CreatedConcert create_concert(db::Transaction& transaction, const NewConcert& concert);

Outcome<DateSummary> add_date(db::Connection& database, ConcertId id, const NewDate& date);

// Applies `change` to the settings under the concert's lock; what `change` or the rules find wrong
// changes nothing.
Outcome<Concert> change_concert(db::Connection& database, ConcertId id,
                                const std::function<void(ConcertSettings&)>& change);

// Lets the list of concerts pass by those whose last date has begun, one bounded batch; returns how
// many.
std::int64_t archive_past_concerts(db::Connection& database);

}  // namespace stagedoor::sale
