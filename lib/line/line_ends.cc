#include "line/line_ends.h"

#include <algorithm>

#include "db/columns.h"

namespace stagedoor::line {
namespace {

constexpr const char* kInsertLineEnd =
    "INSERT INTO line_ends (concert_id, ended_place, reason, ended_at) VALUES (?, ?, ?, ?)";
constexpr const char* kSelectLineEnds =
    "SELECT ended_place, reason FROM line_ends WHERE concert_id = ? ORDER BY ended_place";

constexpr const char* kSelectLineEnd =
    "SELECT " LINE_END_REASON("c.concert_id", "?") ","
    " LEAST(c.last_date_at, COALESCE(c.sale_closes_at, c.last_date_at))"
    " FROM concerts c WHERE c.concert_id = ?";

constexpr int kTidyBatch = 500;

constexpr const char* kSelectTidied = "SELECT tidied_place FROM queues WHERE concert_id = ?";
struct UntidyEnd {
  Place upto;
  EndReason reason = EndReason::kSaleClosed;
  Time at;
};
const db::Select<UntidyEnd> kSelectUntidyEnds({{"ended_place", &UntidyEnd::upto},
                                               {"reason", &UntidyEnd::reason},
                                               {"ended_at", &UntidyEnd::at}},
                                              "FROM line_ends WHERE concert_id = ?"
                                              " AND ended_place > ? ORDER BY ended_place");

constexpr const char* kTidy =
    "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = ?,"
    " expired_reason = ? WHERE concert_id = ? AND place > ? AND place <= ?"
    " AND status <> 'EXPIRED'";
constexpr const char* kWriteTidied =
    "UPDATE queues SET tidied_place = GREATEST(tidied_place, ?) WHERE concert_id = ?";

}  // namespace

void record_line_end(db::Transaction& transaction, ConcertId concert_id, Place upto,
                     EndReason reason, Time now) {
  transaction.execute(kInsertLineEnd, concert_id, upto, reason, now);
}

std::vector<LineSnapshot::End> read_line_ends(db::Transaction& transaction, ConcertId concert_id) {
  std::vector<LineSnapshot::End> ends;
  for (db::Rows rows = transaction.query(kSelectLineEnds, concert_id); rows.next();) {
    LineSnapshot::End end;
    rows.read(end.upto, end.reason);
    if (ends.empty() || ends.back().reason != end.reason) ends.push_back(end);
    ends.back().upto = end.upto;
  }
  return ends;
}

LineEnd read_line_end(db::Transaction& transaction, ConcertId concert_id, Place place, Time now) {
  LineEnd end;
  Time closes_at;
  transaction.query(kSelectLineEnd, place, concert_id).read_first(end.reason, closes_at);
  end.closed = now >= closes_at;
  return end;
}

std::int64_t tidy_ended_tokens(db::Connection& database, ConcertId concert_id) {
  Place tidied;
  database.query(kSelectTidied, concert_id).read_first(tidied);
  std::int64_t total = 0;
  for (const UntidyEnd& end : kSelectUntidyEnds.all(database, concert_id, tidied)) {
    while (tidied < end.upto) {
      const Place upto{std::min(end.upto.value, tidied.value + kTidyBatch)};
      total += db::transact(database, [&](db::Transaction& transaction) {
        transaction.enter(db::LockRank::kToken);
        const std::int64_t count =
            transaction.execute(kTidy, end.at, end.reason, concert_id, tidied, upto);
        transaction.commit();
        return count;
      });
      tidied = upto;
      database.execute(kWriteTidied, tidied, concert_id);
    }
  }
  return total;
}

}  // namespace stagedoor::line
