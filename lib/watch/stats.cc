#include "watch/stats.h"

#include "db/columns.h"
#include "line/line_ends.h"

namespace stagedoor::watch {
namespace {

constexpr const char* kCountAdmitted =
    "SELECT CAST(COALESCE(SUM(admitted), 0) AS SIGNED) FROM admissions WHERE concert_id = ?";

// Tokens that ended with their whole line count although their rows are not tidied yet.
const std::string kCountEnded =
    "SELECT COALESCE(t.expired_reason, " + line::line_end_reason("t.concert_id", "t.place") +
    ") AS reason, COUNT(*)"
    " FROM queues q JOIN queue_tokens t ON t.concert_id = q.concert_id"
    " WHERE q.concert_id = ? AND (t.status = 'EXPIRED' OR t.place <= q.ended_place)"
    " GROUP BY reason";

const db::Select<DateStats> kCountSeats(
    {{"d.date_id", &DateStats::id},
     {"CAST(COALESCE(SUM(s.status = 'AVAILABLE'"
      " OR (s.status = 'HELD' AND s.held_until <= ?)), 0) AS SIGNED)",
      &DateStats::available},
     {"CAST(COALESCE(SUM(s.status = 'HELD' AND s.held_until > ?), 0) AS SIGNED)", &DateStats::held},
     {"CAST(COALESCE(SUM(s.status = 'SOLD'), 0) AS SIGNED)", &DateStats::sold},
     {"CAST(COALESCE(SUM(CASE WHEN s.status = 'SOLD' THEN s.price ELSE 0 END), 0) AS SIGNED)",
      &DateStats::revenue}},
    "FROM dates d LEFT JOIN seats s ON s.date_id = d.date_id"
    " WHERE d.concert_id = ? GROUP BY d.date_id, d.starts_at ORDER BY d.starts_at, d.date_id");

}  // namespace

ConcertStats read_stats(db::Connection& database, ConcertId id, Time now) {
  ConcertStats stats;
  database.query(kCountAdmitted, id).read_first(stats.admitted_total);
  for (db::Rows rows = database.query(kCountEnded.c_str(), id); rows.next();) {
    std::string reason;
    std::int64_t count = 0;
    rows.read(reason, count);
    stats.by_reason[reason] = count;
    stats.expired_total += count;
  }
  stats.dates = kCountSeats.all(database, now, now, id);
  return stats;
}

}  // namespace stagedoor::watch
