#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/memcached.h"
#include "db/connection.h"
#include "db/transaction.h"
#include "domain/line_snapshot.h"
#include "domain/refusal.h"

namespace stagedoor::operations {

// When an advance has nothing to do, because another one did it while this one waited its turn.
struct AdvanceUnless {
  std::optional<Micros> younger_than = {};  // the last one was made less than this ago
  std::optional<Place> covers = {};         // the last one knew this place already
};

// Moves a concert's line: ends what has lapsed, counts who left, lets in whom the limits allow, in
// order, all in one transaction under the lock of the queue's row, and publishes the new snapshot.
// Safe to run anywhere, at any time, as often as anybody likes. kNotFound: there is no such
// concert.
Outcome<LineSnapshot> advance_line(db::Connection& database, cache::Memcached& memcached,
                                   ConcertId concert_id, const AdvanceUnless& unless = {});

// The same right after a change was committed, which must not be answered as failed because of it:
// what goes wrong is logged and left to the next poller.
void try_advance_line(db::Connection& database, cache::Memcached& memcached, ConcertId concert_id);

// The same if no date that is to come has a seat left: then the next one to join shall be told.
void try_advance_if_sold_out(db::Connection& database, cache::Memcached& memcached,
                             ConcertId concert_id);

// While the sale of a concert is closed or sold out, ends all tokens given out so far for good:
// they stay ended when it opens again. For whoever is about to change that. Takes the lock of the
// queue's row. REQUIRES: no token is locked by this transaction.
void settle_ended_line(db::Transaction& transaction, ConcertId concert_id);

// How a line has ended for a place, from the database, for a transaction that is about to use a
// token.
LineEnd read_line_end(db::Transaction& transaction, ConcertId concert_id, Place place, Time now);

// The concerts that have somebody in their line.
std::vector<ConcertId> lines_in_use(db::Connection& database);

// Writes into the rows what settle_ended_line() and the advances decided, in bounded batches.
// Returns how many tokens it ended.
std::int64_t tidy_ended_tokens(db::Connection& database, ConcertId concert_id);

// For so long a process shows what it has read of a line in memcached without asking again.
inline constexpr Micros kViewAge = std::chrono::milliseconds{3};

// Where memcached holds a line's snapshot, and how it gets there: never over a newer one, and while
// no process shows an older view without asking. So of two answers the later one never knows less.
std::string line_key(ConcertId id);
void publish_line(cache::Memcached& memcached, ConcertId id, const LineSnapshot& line);

// Counts who is about to change what memcached knows of the line. While that is anybody, no process
// remembers what it reads.
std::string line_changes_key(ConcertId id);

// Where memcached lists who left while waiting and is not counted in this version of the snapshot:
// their places, each with a blank behind it.
std::string left_key(ConcertId id, std::int64_t version);

// Lists him there. REQUIRES: his end is committed. False when memcached did not take it.
bool announce_left(db::Connection& database, cache::Memcached& memcached, ConcertId id,
                   Place place);

}  // namespace stagedoor::operations
