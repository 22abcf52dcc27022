#pragma once

#include <optional>
#include <string>

#include "base/id.h"
#include "db/transaction.h"
#include "line/admission_rules.h"

// The row of a line: what an advance works with, and reads under its lock.
namespace stagedoor::line {

struct QueueRow {
  std::int64_t version = 0;
  Place front_place;
  Entry ended_entry;
  std::int64_t active = 0;  // behind ended_entry, and those of the departures that were
  bool sold_out = false;
  Pace pace;
  std::optional<std::string> snapshot;
};

// Gives a new concert its line, with the order of arrival.
void insert_line(db::Transaction& transaction, ConcertId id);

std::optional<QueueRow> lock_queue(db::Transaction& transaction, ConcertId id);

struct SaleTimes {
  std::optional<Time> opens_at;
  Time closes_at;
  std::int64_t claim_s = 0;
  AdmissionLimits limits;
  bool is_lottery = false;
  std::int64_t draw_lead_s = 0;
  std::optional<Time> beacon_due_at;  // of the public random value that the draw waits for
};

// REQUIRES: the queue's row is locked. A change of the settings holds that lock too, so that an
// admission knows the limit that is in force.
SaleTimes read_sale(db::Transaction& transaction, ConcertId id);

// Entries commit in order and without gaps, so that all up to this one can be seen.
Entry read_last_entry(db::Transaction& transaction, ConcertId id);
// The same once the joins that are under way have ended; no other begins before this transaction
// ends.
Entry lock_last_entry(db::Transaction& transaction, ConcertId id);

// Whether nobody has ever joined, and nobody does before this transaction ends. REQUIRES: the
// queue's row is locked.
bool is_untouched(db::Transaction& transaction, ConcertId id);

}  // namespace stagedoor::line
