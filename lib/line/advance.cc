#include "line/advance.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/after_commit.h"
#include "line/line_ends.h"
#include "line/publication.h"
#include "metrics/metrics.h"

namespace stagedoor::line {
namespace {

// Bounds of one advance, so that it never holds the line for long. What is left over is done by the
// next one.
constexpr int kLapsesPerAdvance = 500;
constexpr std::int64_t kAdmissionsPerAdvance = 2'000;
constexpr int kDeparturesPerAdvance = 5'000;

// The row of a queue while an advance works on it.
struct QueueRow {
  std::int64_t version = 0;
  Place front_place;
  Place ended_place;
  bool sold_out = false;
  Pace pace;
  std::optional<std::string> snapshot;
};

constexpr const char* kLockQueue =
    "SELECT version, front_place, ended_place, sold_out, credit, credited_at, snapshot FROM queues "
    "WHERE concert_id = ? FOR UPDATE";

std::optional<QueueRow> lock_queue(db::Transaction& transaction, ConcertId id) {
  QueueRow row;
  if (!transaction.query(kLockQueue, id)
           .read_first(row.version, row.front_place, row.ended_place, row.sold_out, row.pace.credit,
                       row.pace.credited_at, row.snapshot)) {
    return std::nullopt;
  }
  return row;
}

struct SaleTimes {
  std::optional<Time> opens_at;
  Time closes_at;
  std::int64_t claim_s = 0;
  AdmissionLimits limits;
};

// Read after the queue's row is locked: whoever changes the settings holds that lock too, so that
// an admission knows the limit that is in force.
constexpr const char* kSelectSale =
    "SELECT sale_opens_at, LEAST(last_date_at, COALESCE(sale_closes_at, last_date_at)),"
    " claim_seconds, max_active, admit_per_minute FROM concerts WHERE concert_id = ?";

SaleTimes read_sale(db::Transaction& transaction, ConcertId id) {
  SaleTimes sale;
  transaction.query(kSelectSale, id)
      .read_first(sale.opens_at, sale.closes_at, sale.claim_s, sale.limits.max_active,
                  sale.limits.admit_per_minute);
  return sale;
}

// Places commit in order and without gaps, so that all up to this one can be seen.
constexpr const char* kSelectLastPlace =
    "SELECT last_place FROM queue_counters WHERE concert_id = ?";

Place read_last_place(db::Transaction& transaction, ConcertId id) {
  Place place;
  transaction.query(kSelectLastPlace, id).read_first(place);
  return place;
}

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

// The active ones end in their rows at once: their places are free from then on, and there are
// never more of them than the limit allowed.
constexpr const char* kEndActive =
    "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = ?, expired_reason = ?"
    " WHERE concert_id = ? AND status = 'ACTIVE' AND place > ? AND place <= ?";

// Ends everybody in line when the sale is over. Of those who wait only the mark tells; their rows
// follow in batches (tidy_ended_tokens).
void mark_end(db::Transaction& transaction, ConcertId id, QueueRow& queue, const SaleTimes& sale,
              Place last_place, Time now) {
  const bool closed = now >= sale.closes_at;
  if (!closed && !queue.sold_out) return;
  if (last_place <= queue.ended_place) return;
  const Place ended_before = std::exchange(queue.ended_place, last_place);
  const auto reason = end_reason_name(closed ? EndReason::kSaleClosed : EndReason::kSoldOut);
  record_line_end(transaction, id, last_place, reason, now);
  transaction.execute(kEndActive, now, reason, id, ended_before, last_place);
  queue.front_place = std::max(queue.front_place, last_place);
}

// What is locked by another transaction, a reserve in its last moment say, may be stretched by it
// and counts as active until it has let go.
constexpr const char* kLockLapsed =
    "SELECT token_id FROM queue_tokens WHERE concert_id = ? AND status = 'ACTIVE' AND ends_at <= ?"
    " ORDER BY ends_at LIMIT ? FOR UPDATE SKIP LOCKED";

constexpr const char* kEndLapsed =
    "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = ?,"
    " expired_reason = CASE WHEN held_until IS NOT NULL THEN 'HOLD_LAPSED'"
    "  WHEN claimed_at IS NULL THEN 'NOT_CLAIMED' ELSE 'ACTIVE_LAPSED' END"
    " WHERE token_id = ?";

void end_lapsed(db::Transaction& transaction, ConcertId id, Time now) {
  std::vector<TokenId> lapsed;
  for (db::Rows rows = transaction.query(kLockLapsed, id, now, kLapsesPerAdvance); rows.next();) {
    rows.read(lapsed.emplace_back());
  }
  for (const TokenId& token : lapsed) transaction.execute(kEndLapsed, now, token);
}

constexpr const char* kTakeDepartures =
    "UPDATE queue_departures SET counted_in = ? WHERE concert_id = ? AND counted_in IS NULL"
    " LIMIT ?";
constexpr const char* kSelectDepartures =
    "SELECT place FROM queue_departures WHERE concert_id = ? AND counted_in = ? ORDER BY place";
constexpr const char* kDeleteDepartures =
    "DELETE FROM queue_departures WHERE concert_id = ? AND counted_in = ?";
constexpr const char* kSelectBlock =
    "SELECT revision, departed FROM queue_blocks WHERE concert_id = ? AND block = ?";
constexpr const char* kWriteBlock =
    "INSERT INTO queue_blocks (concert_id, block, revision, departed) VALUES (?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE revision = VALUES(revision), departed = VALUES(departed)";

// Moves the departures since the last advance into the blocks' bits. False when some are left for
// the next one.
bool count_departures(db::Transaction& transaction, ConcertId id, std::int64_t version) {
  const std::int64_t taken =
      transaction.execute(kTakeDepartures, version, id, kDeparturesPerAdvance);
  if (taken == 0) return true;
  std::map<std::int64_t, std::vector<Place>> by_block;
  for (db::Rows rows = transaction.query(kSelectDepartures, id, version); rows.next();) {
    Place place;
    rows.read(place);
    by_block[DepartedPlaces::block_of(place)].push_back(place);
  }
  transaction.execute(kDeleteDepartures, id, version);
  for (const auto& [block, places] : by_block) {
    std::int64_t revision = 0;
    std::string bits;
    const bool known = transaction.query(kSelectBlock, id, block).read_first(revision, bits);
    DepartedPlaces departed = known ? DepartedPlaces(std::move(bits)) : DepartedPlaces();
    for (const Place place : places) departed.add(place);
    transaction.execute(kWriteBlock, id, block, version, departed.bits());
  }
  return taken < kDeparturesPerAdvance;
}

constexpr const char* kCountActive =
    "SELECT COUNT(*) FROM queue_tokens"
    " WHERE concert_id = ? AND status = 'ACTIVE' AND place > ?";

std::int64_t count_active(db::Transaction& transaction, ConcertId id, Place ended_place) {
  std::int64_t count = 0;
  transaction.query(kCountActive, id, ended_place).read_first(count);
  return count;
}

// Blocks for a row that is just leaving, so that nobody is overtaken.
constexpr const char* kLockFirstWaiting =
    "SELECT place FROM queue_tokens WHERE concert_id = ? AND place > ? AND status = 'WAITING'"
    " ORDER BY place LIMIT ? FOR UPDATE";

std::vector<Place> lock_first_waiting(db::Transaction& transaction, ConcertId id, Place front,
                                      std::int64_t count) {
  std::vector<Place> places;
  for (db::Rows rows = transaction.query(kLockFirstWaiting, id, front, count); rows.next();) {
    rows.read(places.emplace_back());
  }
  return places;
}

constexpr const char* kAdmit =
    "UPDATE queue_tokens SET status = 'ACTIVE', admitted_at = ?, admitted_in = ?,"
    " active_until = ?, ends_at = ?"
    " WHERE concert_id = ? AND place > ? AND place <= ? AND status = 'WAITING'";
constexpr const char* kRecordAdmission =
    "INSERT INTO admissions (concert_id, admission, admitted_at, admitted, front_before,"
    " front_place, active_after, max_active, admit_per_minute) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

// Lets in the first of the line, as many as the rule says; returns how many. The rule is asked how
// many to lock, and decides once they are locked: with the time that the record then says.
std::int64_t admit(db::Transaction& transaction, ConcertId id, QueueRow& queue,
                   const SaleTimes& sale, std::int64_t active, Place last_place, Time now) {
  const std::int64_t in_line = std::clamp<std::int64_t>(last_place.value - queue.front_place.value,
                                                        0, kAdmissionsPerAdvance);
  const std::int64_t wanted = decide_admission(sale.limits, queue.pace, in_line, active, now).count;
  if (wanted == 0) return 0;
  const auto places = lock_first_waiting(transaction, id, queue.front_place, wanted);
  const auto found = static_cast<std::int64_t>(places.size());
  const Admission decided =
      decide_admission(sale.limits, queue.pace, found, active, transaction.now());
  const Place front_before = queue.front_place;
  if (decided.count > 0) queue.front_place = places[static_cast<std::size_t>(decided.count) - 1];
  const Place last_admitted = queue.front_place;
  // All others up to the last place have left: the next advance need not look there again.
  if (found < wanted && decided.count == found) {
    queue.front_place = std::max(last_admitted, last_place);
  }
  if (decided.count == 0) return 0;
  queue.pace = decided.pace;
  const Time claim_until = decided.at + std::chrono::seconds{sale.claim_s};
  transaction.execute(kAdmit, decided.at, queue.version, claim_until, claim_until, id, front_before,
                      last_admitted);
  transaction.execute(kRecordAdmission, id, queue.version, decided.at, decided.count, front_before,
                      last_admitted, active + decided.count, sale.limits.max_active,
                      sale.limits.admit_per_minute);
  return decided.count;
}

constexpr const char* kDeleteBlocksBehind =
    "DELETE FROM queue_blocks WHERE concert_id = ? AND block < ?";
constexpr const char* kSelectBlocks =
    "SELECT block, revision, departed FROM queue_blocks WHERE concert_id = ? ORDER BY block";

std::vector<LineSnapshot::Block> read_blocks(db::Transaction& transaction, ConcertId id,
                                             Place front_place) {
  transaction.execute(kDeleteBlocksBehind, id, DepartedPlaces::block_of(front_place));
  std::vector<LineSnapshot::Block> blocks;
  for (db::Rows rows = transaction.query(kSelectBlocks, id); rows.next();) {
    LineSnapshot::Block block;
    std::string bits;
    rows.read(block.block, block.revision, bits);
    const Place last{(block.block + 1) * DepartedPlaces::kPlaces - 1};
    block.departed = DepartedPlaces(std::move(bits)).count(block.block, front_place, last);
    if (block.departed > 0) blocks.push_back(block);
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
    "UPDATE queues SET version = ?, front_place = ?, ended_place = ?, sold_out = ?,"
    " credit = ?, credited_at = ?, snapshot = ?, snapshot_at = ? WHERE concert_id = ?";

void write_queue(db::Transaction& transaction, ConcertId id, const QueueRow& queue,
                 const LineSnapshot& line) {
  transaction.execute(kWriteQueue, queue.version, queue.front_place, queue.ended_place,
                      queue.sold_out, queue.pace.credit, queue.pace.credited_at, line.encode(),
                      line.at, id);
}

bool is_needless(const AdvanceUnless& unless, const LineSnapshot& last, Time now) {
  return (unless.younger_than && now - last.at < *unless.younger_than) ||
         (unless.covers && last.last_place >= *unless.covers);
}

struct Advance {
  LineSnapshot line;
  std::int64_t admitted = 0;
};

// The advance itself, under the lock of the queue's row.
Advance advance_locked(db::Transaction& transaction, ConcertId id, QueueRow queue, Time now) {
  const SaleTimes sale = read_sale(transaction, id);
  ++queue.version;
  queue.sold_out = is_sold_out(transaction, id, now);
  end_lapsed(transaction, id, now);
  mark_end(transaction, id, queue, sale, read_last_place(transaction, id), now);
  const bool all_counted = count_departures(transaction, id, queue.version);
  // Read behind the departures, so that all that were counted have their place in the count.
  const Place last_place = read_last_place(transaction, id);
  const std::int64_t active = count_active(transaction, id, queue.ended_place);
  std::int64_t admitted = 0;
  const bool opened = !sale.opens_at || now >= *sale.opens_at;
  if (opened && now < sale.closes_at && !queue.sold_out) {
    admitted = admit(transaction, id, queue, sale, active, last_place, now);
  }
  LineSnapshot line{
      .version = queue.version,
      .at = now,
      .front_place = queue.front_place,
      .last_place = last_place,
      .sold_out = queue.sold_out,
      .opens_at = sale.opens_at,
      .closes_at = sale.closes_at,
      .active = active + admitted,
      .limits = sale.limits,
      .admitted_last_minute = admitted_since(transaction, id, now - std::chrono::minutes{1}),
      .all_departed_counted = all_counted,
      .ends = read_line_ends(transaction, id),
      .blocks = read_blocks(transaction, id, queue.front_place)};
  write_queue(transaction, id, queue, line);
  return {std::move(line), admitted};
}

constexpr const char* kSelectLinesInUse =
    "SELECT q.concert_id FROM queues q"
    " WHERE EXISTS (SELECT 1 FROM queue_tokens t WHERE t.concert_id = q.concert_id"
    "               AND t.status = 'WAITING')"
    " OR EXISTS (SELECT 1 FROM queue_tokens t WHERE t.concert_id = q.concert_id"
    "            AND t.status = 'ACTIVE')";

}  // namespace

Outcome<LineSnapshot> advance_line(db::Connection& database, cache::Memcached& memcached,
                                   ConcertId concert_id, const AdvanceUnless& unless) {
  // From before its commit on: what others read then they do not remember.
  const LineChange change(memcached, concert_id);
  std::optional<Advance> advance;
  auto line = db::transact(database, [&](db::Transaction& transaction) -> Outcome<LineSnapshot> {
    const auto queue = lock_queue(transaction, concert_id);
    if (!queue) return Refused{Refusal::kNotFound};
    const Time now = transaction.now();
    const auto last = queue->snapshot ? LineSnapshot::decode(*queue->snapshot) : std::nullopt;
    if (last && is_needless(unless, *last, now)) return *last;
    Advance next = advance_locked(transaction, concert_id, *queue, now);
    transaction.commit();
    advance = std::move(next);
    return advance->line;
  });
  if (advance) {
    metrics::count(metrics::Counter::kAdmissions, advance->admitted);
    put_newer_line(memcached, concert_id, *line);
  } else if (line && memcached.get(line_key(concert_id))) {
    // Made by another one, who may not have come to publishing it: whoever is told of it now must
    // find it everywhere. Not where there is none: memcached may have been emptied since, see
    // LineReader.
    put_newer_line(memcached, concert_id, *line);
  }
  return line;
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

void settle_ended_line(db::Transaction& transaction, ConcertId concert_id) {
  auto queue = lock_queue(transaction, concert_id);
  if (!queue) return;
  const Place ended_before = queue->ended_place;
  const SaleTimes sale = read_sale(transaction, concert_id);
  const Place last_place = read_last_place(transaction, concert_id);
  mark_end(transaction, concert_id, *queue, sale, last_place, transaction.now());
  if (queue->ended_place == ended_before) return;
  constexpr const char* kWriteEnd =
      "UPDATE queues SET front_place = ?, ended_place = ? WHERE concert_id = ?";
  transaction.execute(kWriteEnd, queue->front_place, queue->ended_place, concert_id);
}

std::vector<ConcertId> lines_in_use(db::Connection& database) {
  std::vector<ConcertId> concerts;
  for (db::Rows rows = database.query(kSelectLinesInUse); rows.next();) {
    rows.read(concerts.emplace_back());
  }
  return concerts;
}

}  // namespace stagedoor::line
