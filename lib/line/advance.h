#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/refusal.h"
#include "cache/memcached.h"
#include "db/connection.h"
#include "db/transaction.h"
#include "line/snapshot_rules.h"

namespace stagedoor::line {

// When an advance has nothing to do, because another one did it while this one waited its turn.
struct AdvanceUnless {
  std::optional<Micros> younger_than = {};  // the last one was made less than this ago
  std::optional<Place> covers = {};         // the last one knew this place already
};

// For so long does a process that moves a line go on with what one advance leaves over.
inline constexpr Micros kAdvanceBudget = std::chrono::seconds{1};

// Moves a concert's line: ends what has lapsed, counts who left, lets in whom the limits allow, in
// order, all in one transaction under the lock of the queue's row, and publishes the new snapshot.
// What one transaction leaves over, a mass of lapses say, is done by more of them, until nothing is
// left or `budget` is used up.
// Safe to run anywhere, at any time, as often as anybody likes. kNotFound: there is no such
// concert.
Outcome<LineSnapshot> advance_line(db::Connection& database, cache::Memcached& memcached,
                                   ConcertId concert_id, const AdvanceUnless& unless = {},
                                   Micros budget = kAdvanceBudget);

// The same right after a change was committed, which must not be answered as failed because of it:
// what goes wrong is logged and left to the next poller.
void try_advance_line(db::Connection& database, cache::Memcached& memcached, ConcertId concert_id);

// The same if no date that is to come has a seat left: then the next one to join shall be told.
void try_advance_if_sold_out(db::Connection& database, cache::Memcached& memcached,
                             ConcertId concert_id);

// Makes final what is due, for an operation that is about to change when: the end of all tokens
// given out so far, while the sale of the concert is closed or sold out, and the entries of a
// lottery. Takes the lock of the queue's row. REQUIRES: no token is locked by this transaction.
void settle_line(db::Transaction& transaction, ConcertId concert_id);

// The concerts with tokens in their line, and those that may have sold out because a date has
// begun since their last advance.
std::vector<ConcertId> lines_to_advance(db::Connection& database);

}  // namespace stagedoor::line
