#pragma once

#include "line/draw.h"
#include "line/queue_row.h"

namespace stagedoor::line {

// So many does one advance let in at most, so that it does not hold the line for long.
inline constexpr std::int64_t kAdmissionsPerAdvance = 4'000;

struct Admitted {
  std::int64_t count = 0;
  bool complete = true;  // false: there may be room for others that wait further back
};

// Lets in the first of the line, as many as the rule says. The rule is asked how many to lock, and
// decides once they are locked: with the time that the record then says. REQUIRES: the queue's row
// is locked, and its number of active ones is that of now; the line does not await its draw.
Admitted admit(db::Transaction& transaction, ConcertId id, QueueRow& queue, const SaleTimes& sale,
               const MovingOrder& order, Place last_place, Time now);

}  // namespace stagedoor::line
