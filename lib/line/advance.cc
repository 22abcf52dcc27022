#include "line/advance.h"

#include <utility>

#include "base/after_commit.h"
#include "db/columns.h"
#include "line/admitting.h"
#include "line/advance_ends.h"
#include "line/line_ends.h"
#include "line/publication.h"
#include "metrics/metrics.h"

namespace stagedoor::line {
namespace {

// A sale is sold out when no date that is still to come has a seat left. Decided here, under the
// queue's lock, from what is committed: of two who buy the last seats at once none could know.
constexpr const char* kAnySeatLeft =
    "SELECT EXISTS (SELECT 1 FROM dates d JOIN seats s ON s.date_id = d.date_id"
    " WHERE d.concert_id = ? AND d.starts_at > ? AND s.status IN ('AVAILABLE', 'HELD'))";

template <typename Database>
bool is_sold_out(Database& database, ConcertId id, Time now) {
  bool any_left = true;
  database.query(kAnySeatLeft, id, now).read_first(any_left);
  return !any_left;
}

constexpr const char* kDeleteBlocksBehind =
    "DELETE FROM queue_blocks WHERE concert_id = ? AND block < ?";
struct BlockRow {
  std::int64_t block = 0;
  std::int64_t revision = 0;
  std::string departed;
};
const db::Select<BlockRow> kSelectBlocks({{"block", &BlockRow::block},
                                          {"revision", &BlockRow::revision},
                                          {"departed", &BlockRow::departed}},
                                         "FROM queue_blocks WHERE concert_id = ? ORDER BY block");

std::vector<LineSnapshot::Block> read_blocks(db::Transaction& transaction, ConcertId id,
                                             Place front_place) {
  transaction.execute(kDeleteBlocksBehind, id, DepartedPlaces::block_of(front_place));
  std::vector<LineSnapshot::Block> blocks;
  for (BlockRow& row : kSelectBlocks.all(transaction, id)) {
    const Place last{(row.block + 1) * DepartedPlaces::kPlaces - 1};
    const std::int64_t departed =
        DepartedPlaces(std::move(row.departed)).count(row.block, front_place, last);
    if (departed > 0) blocks.push_back({row.block, row.revision, departed});
  }
  return blocks;
}

constexpr const char* kCountAdmittedSince =
    "SELECT CAST(COALESCE(SUM(admitted), 0) AS SIGNED) FROM admissions"
    " WHERE concert_id = ? AND admitted_at > ?";

std::int64_t admitted_since(db::Transaction& transaction, ConcertId id, Time since) {
  std::int64_t count = 0;
  transaction.query(kCountAdmittedSince, id, since).read_first(count);
  return count;
}

constexpr const char* kWriteQueue =
    "UPDATE queues SET version = ?, front_place = ?, ended_place = ?, active = ?, sold_out = ?,"
    " credit = ?, credited_at = ?, snapshot = ?, snapshot_at = ? WHERE concert_id = ?";

void write_queue(db::Transaction& transaction, ConcertId id, const QueueRow& queue,
                 const LineSnapshot& line) {
  transaction.execute(kWriteQueue, queue.version, queue.front_place, queue.ended_entry,
                      queue.active, queue.sold_out, queue.pace.credit, queue.pace.credited_at,
                      line.encode(), line.at, id);
}

bool is_needless(const AdvanceUnless& unless, const LineSnapshot& last, Time now) {
  return (unless.younger_than && is_younger(last.at, now, *unless.younger_than)) ||
         (unless.covers && last.last_place >= *unless.covers);
}

struct Advance {
  LineSnapshot line;
  std::int64_t admitted = 0;
  bool complete = true;  // nothing was left for the next one
};

// The advance itself, under the lock of the queue's row.
Advance advance_locked(db::Transaction& transaction, ConcertId id, QueueRow queue, Time now) {
  const SaleTimes sale = read_sale(transaction, id);
  ++queue.version;
  queue.sold_out = is_sold_out(transaction, id, now);
  const MovingOrder order = advance_draw(transaction, id, queue, sale, now);
  const bool all_counted = count_departures(transaction, id, queue, order);
  const bool all_ended = end_lapsed(transaction, id, queue, now);
  mark_end(transaction, id, queue, sale, read_last_entry(transaction, id), now);
  // Read behind the departures, so that all that were counted have their place in the count.
  const Place last_place{read_last_entry(transaction, id).value};
  Admitted admitted;
  const bool opened = !order.awaits_draw && (!sale.opens_at || now >= *sale.opens_at);
  if (opened && now < sale.closes_at && !queue.sold_out) {
    admitted = admit(transaction, id, queue, sale, order, last_place, now);
  }
  LineSnapshot line{
      .version = queue.version,
      .at = now,
      .front_place = queue.front_place,
      .last_place = last_place,
      .sold_out = queue.sold_out,
      .opens_at = sale.opens_at,
      .closes_at = sale.closes_at,
      .active = queue.active,
      .limits = sale.limits,
      .admitted_last_minute = admitted_since(transaction, id, now - std::chrono::minutes{1}),
      .all_departed_counted = all_counted,
      .awaits_draw = order.awaits_draw,
      .drawn = order.drawn,
      .ends = read_line_ends(transaction, id),
      .blocks = read_blocks(transaction, id, queue.front_place)};
  write_queue(transaction, id, queue, line);
  return {std::move(line), admitted.count,
          all_counted && all_ended && admitted.complete && !order.goes_on};
}

constexpr const char* kSelectLinesToAdvance =
    "SELECT q.concert_id FROM queues q"
    " WHERE EXISTS (SELECT 1 FROM queue_tokens t WHERE t.concert_id = q.concert_id"
    "               AND t.status = 'WAITING')"
    " OR EXISTS (SELECT 1 FROM queue_tokens t WHERE t.concert_id = q.concert_id"
    "            AND t.status = 'ACTIVE')"
    " OR EXISTS (SELECT 1 FROM dates d WHERE d.concert_id = q.concert_id"
    "            AND d.starts_at <= SYSDATE(6) AND (q.snapshot_at IS NULL"
    "            OR d.starts_at > q.snapshot_at))";

// One advance, published.
Outcome<Advance> advance_once(db::Connection& database, cache::Memcached& memcached,
                              ConcertId concert_id, const AdvanceUnless& unless) {
  // From before its commit on: what others read then they do not remember.
  LineChange change(memcached, database, concert_id);
  bool made = false;
  auto advance = db::transact(database, [&](db::Transaction& transaction) -> Outcome<Advance> {
    const auto queue = lock_queue(transaction, concert_id);
    if (!queue) return Refused{Refusal::kNotFound};
    const Time now = transaction.now();
    const auto last = queue->snapshot ? LineSnapshot::decode(*queue->snapshot) : std::nullopt;
    if (last && is_needless(unless, *last, now)) return Advance{*last};
    Advance next = advance_locked(transaction, concert_id, *queue, now);
    change.go_on();
    transaction.commit();
    made = true;
    return next;
  });
  if (!advance) return advance;
  change.go_on();
  // One made by another process, which may not have come to publishing it: a client that is told of
  // it now must find it everywhere. Not where there is none: memcached may have been emptied since,
  // see LineViews.
  if (made || memcached.get(line_key(concert_id))) {
    put_newer_line(memcached, concert_id, advance->line);
  }
  metrics::count(metrics::Counter::kAdmissions, advance->admitted);
  return advance;
}

}  // namespace

Outcome<LineSnapshot> advance_line(db::Connection& database, cache::Memcached& memcached,
                                   ConcertId concert_id, const AdvanceUnless& unless,
                                   Micros budget) {
  const Micros began_at = monotonic_now();
  auto advance = advance_once(database, memcached, concert_id, unless);
  while (advance && !advance->complete && monotonic_now() - began_at < budget) {
    advance = advance_once(database, memcached, concert_id, {});
  }
  if (!advance) return advance.error();
  return std::move(advance->line);
}

void try_advance_line(db::Connection& database, cache::Memcached& memcached, ConcertId concert_id) {
  attempt_after_commit(
      [&] { [[maybe_unused]] const auto line = advance_line(database, memcached, concert_id); });
}

void try_advance_if_sold_out(db::Connection& database, cache::Memcached& memcached,
                             ConcertId concert_id) {
  attempt_after_commit([&] {
    if (!is_sold_out(database, concert_id, database.estimated_now())) return;
    [[maybe_unused]] const auto line = advance_line(database, memcached, concert_id);
  });
}

void settle_line(db::Transaction& transaction, ConcertId concert_id) {
  auto queue = lock_queue(transaction, concert_id);
  if (!queue) return;
  const Entry ended_before = queue->ended_entry;
  const SaleTimes sale = read_sale(transaction, concert_id);
  const Time now = transaction.now();
  close_entries_if_due(transaction, concert_id, sale, now);
  const Entry last = read_last_entry(transaction, concert_id);
  mark_end(transaction, concert_id, *queue, sale, last, now);
  if (queue->ended_entry == ended_before) return;
  constexpr const char* kWriteEnd =
      "UPDATE queues SET front_place = ?, ended_place = ?, active = ? WHERE concert_id = ?";
  transaction.execute(kWriteEnd, queue->front_place, queue->ended_entry, queue->active, concert_id);
}

std::vector<ConcertId> lines_to_advance(db::Connection& database) {
  std::vector<ConcertId> concerts;
  for (db::Rows rows = database.query(kSelectLinesToAdvance); rows.next();) {
    rows.read(concerts.emplace_back());
  }
  return concerts;
}

}  // namespace stagedoor::line
