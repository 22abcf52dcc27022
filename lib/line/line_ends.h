#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "db/connection.h"
#include "db/transaction.h"
#include "line/snapshot_rules.h"

namespace stagedoor::line {

// Why the line of a concert ended for an entry, as an SQL expression over two others; NULL while it
// has not. It is the first end behind the entry that counts.
std::string line_end_reason(const std::string& concert_id, const std::string& entry);

// From now on the line has ended for all up to the place that were not told an earlier end.
void record_line_end(db::Transaction& transaction, ConcertId concert_id, Entry upto,
                     EndReason reason, Time now);

// All ends of a line in order, those in a row for one reason as one.
std::vector<LineSnapshot::End> read_line_ends(db::Transaction& transaction, ConcertId concert_id);

// How a line has ended for an entry, from the database, for a transaction that is about to use a
// token.
LineEnd read_line_end(db::Transaction& transaction, ConcertId concert_id, Entry entry, Time now);

// Writes into the rows what the ends of the line decided, in bounded batches.
// Returns how many tokens it ended.
std::int64_t tidy_ended_tokens(db::Connection& database, ConcertId concert_id);

}  // namespace stagedoor::line
