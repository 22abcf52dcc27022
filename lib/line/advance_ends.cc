#include "line/advance_ends.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>
#include <vector>

#include "db/list_sql.h"
#include "line/line_ends.h"
#include "line/snapshot_rules.h"

namespace stagedoor::line {
namespace {

// So that one advance does not hold the line for long.
constexpr std::size_t kLapsesPerAdvance = 4'000;
constexpr std::size_t kDeparturesPerAdvance = 5'000;

// The active ones end in their rows at once: their places are free from then on, and there are
// never more of them than the limit allowed.
constexpr const char* kEndActive =
    "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = ?, expired_reason = ?"
    " WHERE concert_id = ? AND status = 'ACTIVE' AND place > ? AND place <= ?";

// What is locked by another transaction, a reserve in its last moment say, may be stretched by it
// and counts as active until it has let go.
constexpr const char* kLockLapsed =
    "SELECT token_id FROM queue_tokens WHERE concert_id = ? AND status = 'ACTIVE' AND ends_at <= ?"
    " ORDER BY ends_at LIMIT ? FOR UPDATE SKIP LOCKED";

const db::ListSql kEndLapsed(
    "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = ?,"
    " expired_reason = CASE WHEN held_until IS NOT NULL THEN 'HOLD_LAPSED'"
    "  WHEN claimed_at IS NULL THEN 'NOT_CLAIMED' ELSE 'ACTIVE_LAPSED' END"
    " WHERE token_id IN (#)");

// Runs a statement over a list of any length.
template <typename T>
void execute_in_lists(db::Transaction& transaction, const db::ListSql& sql,
                      const std::vector<db::Param>& params, const std::vector<T>& list) {
  for (auto begin = list.begin(); begin != list.end();) {
    const auto count = std::min<std::ptrdiff_t>(db::kListMax, list.end() - begin);
    sql.execute(transaction, params, std::vector<T>(begin, begin + count));
    begin += count;
  }
}

// What is not committed yet is not seen, and not waited for.
constexpr const char* kSelectDepartures =
    "SELECT place, was_active FROM queue_departures WHERE concert_id = ? ORDER BY place LIMIT ?";
const db::ListSql kDeleteDepartures(
    "DELETE FROM queue_departures WHERE concert_id = ? AND place IN (#)");
constexpr const char* kSelectBlock =
    "SELECT revision, departed FROM queue_blocks WHERE concert_id = ? AND block = ?";
constexpr const char* kWriteBlock =
    "INSERT INTO queue_blocks (concert_id, block, revision, departed) VALUES (?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE revision = VALUES(revision), departed = VALUES(departed)";

void mark_departed(db::Transaction& transaction, ConcertId id, std::int64_t version,
                   const std::map<std::int64_t, std::vector<Place>>& places_by_block) {
  for (const auto& [block, places] : places_by_block) {
    std::int64_t revision = 0;
    std::string bits;
    const bool known = transaction.query(kSelectBlock, id, block).read_first(revision, bits);
    DepartedPlaces departed = known ? DepartedPlaces(std::move(bits)) : DepartedPlaces();
    for (const Place place : places) departed.add(place);
    transaction.execute(kWriteBlock, id, block, version, departed.bits());
  }
}

}  // namespace

bool count_departures(db::Transaction& transaction, ConcertId id, QueueRow& queue,
                      const MovingOrder& order) {
  assert(transaction.has_entered(db::LockRank::kLine));
  std::vector<Entry> taken;
  std::map<std::int64_t, std::vector<Place>> waited_by_block;
  for (db::Rows rows = transaction.query(kSelectDepartures, id,
                                         static_cast<std::int64_t>(kDeparturesPerAdvance));
       rows.next();) {
    Entry entry;
    bool was_active = false;
    rows.read(entry, was_active);
    taken.push_back(entry);
    if (!was_active) {
      const Place place = order.place_of(entry);
      waited_by_block[DepartedPlaces::block_of(place)].push_back(place);
    } else if (entry > queue.ended_entry) {
      --queue.active;  // behind the mark; those before it went all at once with their line
    }
  }
  execute_in_lists(transaction, kDeleteDepartures, {id}, taken);
  mark_departed(transaction, id, queue.version, waited_by_block);
  return taken.size() < kDeparturesPerAdvance;
}

bool end_lapsed(db::Transaction& transaction, ConcertId id, QueueRow& queue, Time now) {
  assert(transaction.has_entered(db::LockRank::kLine));
  std::vector<TokenId> lapsed;
  for (db::Rows rows =
           transaction.query(kLockLapsed, id, now, static_cast<std::int64_t>(kLapsesPerAdvance));
       rows.next();) {
    rows.read(lapsed.emplace_back());
  }
  execute_in_lists(transaction, kEndLapsed, {now}, lapsed);
  queue.active -= static_cast<std::int64_t>(lapsed.size());
  return lapsed.size() < kLapsesPerAdvance;
}

void mark_end(db::Transaction& transaction, ConcertId id, QueueRow& queue, const SaleTimes& sale,
              Entry last, Time now) {
  assert(transaction.has_entered(db::LockRank::kLine));
  const bool closed = now >= sale.closes_at;
  if (!closed && !queue.sold_out) return;
  if (last <= queue.ended_entry) return;
  const Entry ended_before = std::exchange(queue.ended_entry, last);
  const auto reason = closed ? EndReason::kSaleClosed : EndReason::kSoldOut;
  record_line_end(transaction, id, last, reason, now);
  transaction.enter(db::LockRank::kToken);
  transaction.execute(kEndActive, now, reason, id, ended_before, last);
  queue.active = 0;
  // In whatever order, they stand on the places up to this one.
  queue.front_place = std::max(queue.front_place, Place{last.value});
}

}  // namespace stagedoor::line
