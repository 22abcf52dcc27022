#pragma once

#include "line/draw.h"
#include "line/queue_row.h"

// The steps of an advance that count who does not wait, or is not active, any more. What they find
// is as much as has changed since the last advance, up to a bound. REQUIRES, all of them: the
// queue's row is locked.
namespace stagedoor::line {

// Counts those who have ended outside of an advance since the last one: those who waited in the
// blocks' bits, those who were active off the number of them. False when some are left for the
// next.
bool count_departures(db::Transaction& transaction, ConcertId id, QueueRow& queue,
                      const MovingOrder& order);

// Ends what has lapsed. False when some are left for the next advance.
bool end_lapsed(db::Transaction& transaction, ConcertId id, QueueRow& queue, Time now);

// Ends all tokens in line when the sale is over. Of those that wait only the mark tells; their rows
// follow in batches (tidy_ended_tokens).
void mark_end(db::Transaction& transaction, ConcertId id, QueueRow& queue, const SaleTimes& sale,
              Entry last, Time now);

}  // namespace stagedoor::line
