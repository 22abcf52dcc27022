#include "line/draw.h"

#include <algorithm>
#include <cassert>
#include <map>

#include "db/columns.h"
#include "line/log.h"
#include "line/snapshot_rules.h"

namespace stagedoor::line {
namespace {

constexpr const char* kInsertDraw = "REPLACE INTO draws (concert_id, secret) VALUES (?, ?)";

struct DrawRow {
  std::string secret;
  std::optional<std::int64_t> entries;
  std::optional<std::string> log_root;
  std::optional<std::string> beacon_value;
  std::optional<std::string> seed;
};
const db::Select<DrawRow> kSelectDraw({{"secret", &DrawRow::secret},
                                       {"entries", &DrawRow::entries},
                                       {"log_root", &DrawRow::log_root},
                                       {"beacon_value", &DrawRow::beacon_value},
                                       {"seed", &DrawRow::seed}},
                                      "FROM draws WHERE concert_id = ?");

constexpr const char* kSelectIssuedAt =
    "SELECT issued_at FROM queue_tokens WHERE concert_id = ? AND place = ?";

// Entries join in the order of their times, so that the last one is found by halves.
std::int64_t count_joined_before(db::Transaction& transaction, ConcertId id, Time time,
                                 Entry last) {
  std::int64_t before = 0;
  std::int64_t behind = last.value + 1;
  while (behind - before > 1) {
    const std::int64_t middle = before + (behind - before) / 2;
    Time issued_at;
    transaction.query(kSelectIssuedAt, id, middle).read_first(issued_at);
    (issued_at < time ? before : behind) = middle;
  }
  return before;
}

constexpr const char* kClose = "UPDATE draws SET closed_at = ?, entries = ? WHERE concert_id = ?";

// Joins that are under way may have begun before the closing: they are waited for, and those that
// follow wait, for as long as it takes to find the last one. What the log has already, as its
// closing was put forward, stays an entry.
void close_entries(db::Transaction& transaction, ConcertId id, Time closes_at) {
  const Entry last = lock_last_entry(transaction, id);
  std::int64_t entries = 0;
  if (last.value > 0) {
    const std::int64_t logged = lock_log_size(transaction, id);
    entries = std::max(count_joined_before(transaction, id, closes_at, last), logged);
  }
  transaction.execute(kClose, closes_at, entries, id);
}

constexpr const char* kFixRoot = "UPDATE draws SET log_root = ? WHERE concert_id = ?";
// With the value that was used: one that comes at the same moment is not in the seed.
constexpr const char* kDraw =
    "UPDATE draws SET seed = ?, drawn_at = ?, beacon_value = ? WHERE concert_id = ?";

constexpr const char* kSelectBlocks =
    "SELECT block, departed FROM queue_blocks WHERE concert_id = ?";
constexpr const char* kDeleteBlocks = "DELETE FROM queue_blocks WHERE concert_id = ?";
constexpr const char* kInsertBlock =
    "INSERT INTO queue_blocks (concert_id, block, revision, departed) VALUES (?, ?, ?, ?)";

// Turns the departures that were counted in the order of arrival into those of the places drawn.
void turn_blocks(db::Transaction& transaction, ConcertId id, const QueueRow& queue,
                 const proof::DrawOrder& order) {
  std::map<std::int64_t, DepartedPlaces> turned;
  const auto depart = [&](Entry entry) {
    const Place place = order.place_of(entry);
    turned[DepartedPlaces::block_of(place)].add(place);
  };
  for (db::Rows rows = transaction.query(kSelectBlocks, id); rows.next();) {
    std::int64_t block = 0;
    std::string bits;
    rows.read(block, bits);
    const DepartedPlaces departed(std::move(bits));
    const std::int64_t first = block * DepartedPlaces::kPlaces;
    for (std::int64_t place = first; place < first + DepartedPlaces::kPlaces; ++place) {
      if (departed.contains(Place{place})) depart(Entry{place});
    }
  }
  // Those whose line ended before the draw.
  if (queue.ended_entry.value < order.entries()) {
    for (std::int64_t entry = 1; entry <= queue.ended_entry.value; ++entry) depart(Entry{entry});
  }
  transaction.execute(kDeleteBlocks, id);
  for (const auto& [block, departed] : turned) {
    transaction.execute(kInsertBlock, id, block, queue.version, departed.bits());
  }
}

proof::DrawOrder draw(db::Transaction& transaction, ConcertId id, QueueRow& queue,
                      const DrawRow& row, Time now) {
  const proof::Hash seed =
      proof::sha256(row.secret + *row.log_root + row.beacon_value.value_or(""));
  const proof::DrawOrder order(seed, *row.entries);
  turn_blocks(transaction, id, queue, order);
  if (queue.ended_entry.value < order.entries()) queue.front_place = Place{};
  transaction.execute(kDraw, proof::bytes_of(seed), now, row.beacon_value, id);
  return order;
}

// Until when a draw waits for the public random value that it has not got.
Time draws_by(const SaleTimes& sale) {
  const Time asked_until = *sale.beacon_due_at + std::chrono::seconds{sale.draw_lead_s};
  return std::max(*sale.opens_at, asked_until);
}

const db::Select<Draw> kFindDraw(
    {{"d.secret", &Draw::commitment},
     {"COALESCE(d.closed_at, c.sale_opens_at - INTERVAL c.draw_lead_seconds SECOND)",
      &Draw::closes_at},
     {"CASE WHEN d.log_root IS NOT NULL THEN d.entries END", &Draw::entries},
     {"d.log_root", &Draw::log_root},
     {"c.beacon_chain", &Draw::beacon_chain},
     {"c.beacon_round", &Draw::beacon_round},
     {"d.beacon_value", &Draw::beacon_value},
     {"CASE WHEN d.seed IS NOT NULL THEN d.secret END", &Draw::secret},
     {"d.seed", &Draw::seed},
     {"d.drawn_at", &Draw::drawn_at}},
    "FROM draws d JOIN concerts c ON c.concert_id = d.concert_id"
    " WHERE d.concert_id = ? AND c.line_order = 'lottery'");

constexpr const char* kNoteBeacon =
    "UPDATE draws SET beacon_value = ?"
    " WHERE concert_id = ? AND beacon_value IS NULL AND seed IS NULL";

}  // namespace

void insert_draw(db::Transaction& transaction, ConcertId concert_id) {
  transaction.execute(kInsertDraw, concert_id, proof::bytes_of(proof::random_hash()));
}

MovingOrder advance_draw(db::Transaction& transaction, ConcertId concert_id, QueueRow& queue,
                         const SaleTimes& sale, Time now) {
  assert(transaction.has_entered(db::LockRank::kLine));
  const auto row = sale.is_lottery ? kSelectDraw.first(transaction, concert_id) : std::nullopt;
  if (!row) return {};
  if (row->seed) {
    return {.drawn = proof::DrawOrder(proof::hash_from(*row->seed), *row->entries)};
  }
  if (!row->entries) {
    const bool closed = close_entries_if_due(transaction, concert_id, sale, now);
    return {.awaits_draw = true, .goes_on = closed};
  }
  if (!row->log_root) {
    const proof::Hash root = write_log_up_to(transaction, concert_id, Entry{*row->entries});
    transaction.execute(kFixRoot, proof::bytes_of(root), concert_id);
    return {.awaits_draw = true, .goes_on = true};
  }
  const bool lacks_value = sale.beacon_due_at && !row->beacon_value;
  if (now < *sale.opens_at || (lacks_value && now < draws_by(sale))) return {.awaits_draw = true};
  return {.drawn = draw(transaction, concert_id, queue, *row, now)};
}

bool close_entries_if_due(db::Transaction& transaction, ConcertId concert_id, const SaleTimes& sale,
                          Time now) {
  assert(transaction.has_entered(db::LockRank::kLine));
  if (!sale.is_lottery || !sale.opens_at) return false;
  const Time closes_at = *sale.opens_at - std::chrono::seconds{sale.draw_lead_s};
  if (now < closes_at || are_entries_closed(transaction, concert_id)) return false;
  close_entries(transaction, concert_id, closes_at);
  return true;
}

bool are_entries_closed(db::Transaction& transaction, ConcertId concert_id) {
  const auto row = kSelectDraw.first(transaction, concert_id);
  return row && row->entries;
}

Outcome<Draw> find_draw(db::Connection& database, ConcertId concert_id) {
  auto draw = kFindDraw.first(database, concert_id);
  if (!draw) return Refused{Refusal::kNotFound};
  draw->commitment = proof::bytes_of(proof::sha256(draw->commitment));
  return std::move(*draw);
}

void note_beacon(db::Connection& database, ConcertId concert_id, const proof::Hash& value) {
  database.execute(kNoteBeacon, proof::bytes_of(value), concert_id);
}

}  // namespace stagedoor::line
