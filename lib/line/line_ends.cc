#include "line/line_ends.h"

#include <algorithm>

#include "db/columns.h"

namespace stagedoor::line {
namespace {

constexpr const char* kInsertLineEnd =
    "INSERT INTO line_ends (concert_id, ended_place, reason, ended_at) VALUES (?, ?, ?, ?)";
constexpr const char* kSelectLineEnds =
    "SELECT ended_place, reason FROM line_ends WHERE concert_id = ? ORDER BY ended_place";

struct EndRow {
  std::optional<EndReason> reason;
  Time closes_at;
};
const db::Select<EndRow> kSelectLineEnd(
    {{line_end_reason("c.concert_id", "?"), &EndRow::reason},
     {"LEAST(c.last_date_at, COALESCE(c.sale_closes_at, c.last_date_at))", &EndRow::closes_at}},
    "FROM concerts c WHERE c.concert_id = ?");

constexpr int kTidyBatch = 500;

constexpr const char* kSelectTidied = "SELECT tidied_place FROM queues WHERE concert_id = ?";
struct UntidyEnd {
  Entry upto;
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

std::string line_end_reason(const std::string& concert_id, const std::string& entry) {
  return "(SELECT e.reason FROM line_ends e WHERE e.concert_id = " + concert_id +
         " AND e.ended_place >= " + entry + " ORDER BY e.ended_place LIMIT 1)";
}

void record_line_end(db::Transaction& transaction, ConcertId concert_id, Entry upto,
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

LineEnd read_line_end(db::Transaction& transaction, ConcertId concert_id, Entry entry, Time now) {
  const auto row = kSelectLineEnd.first(transaction, entry, concert_id);
  if (!row) return {};
  return {row->reason, now >= row->closes_at};
}

std::int64_t tidy_ended_tokens(db::Connection& database, ConcertId concert_id) {
  Entry tidied;
  database.query(kSelectTidied, concert_id).read_first(tidied);
  std::int64_t total = 0;
  for (const UntidyEnd& end : kSelectUntidyEnds.all(database, concert_id, tidied)) {
    while (tidied < end.upto) {
      const Entry upto{std::min(end.upto.value, tidied.value + kTidyBatch)};
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
