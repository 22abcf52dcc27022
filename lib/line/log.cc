#include "line/log.h"

#include <algorithm>
#include <cassert>
#include <stdexcept>

#include "base/encoding.h"
#include "db/columns.h"
#include "line/queue_row.h"
#include "proof/log_entry.h"
#include "proof/merkle.h"

namespace stagedoor::line {
namespace {

using proof::Frontier;
using proof::Hash;
using proof::kTileWidth;

constexpr Micros kWriteEvery = std::chrono::seconds{1};
// What one statement reads and one transaction writes down, some 30 ms.
constexpr std::int64_t kEntriesPerBatch = 64 * kTileWidth;
constexpr std::chrono::hours kTileExpiry{24};

constexpr const char* kInsertLog =
    "INSERT INTO line_logs (concert_id, root, frontier) VALUES (?, ?, ?)";

struct LogRow {
  std::int64_t size = 0;
  std::string root;
  std::string frontier;
  std::optional<Time> written_at;
};
const db::Columns<LogRow> kLogColumns = {{"size", &LogRow::size},
                                         {"root", &LogRow::root},
                                         {"frontier", &LogRow::frontier},
                                         {"written_at", &LogRow::written_at}};
const db::Select<LogRow> kSelectLog(kLogColumns, "FROM line_logs WHERE concert_id = ?");
const db::Select<LogRow> kLockLog(kLogColumns, "FROM line_logs WHERE concert_id = ? FOR UPDATE");
const db::Select<LogRow> kLockFreeLog(kLogColumns,
                                      "FROM line_logs WHERE concert_id = ? FOR UPDATE SKIP LOCKED");
constexpr const char* kWriteLog =
    "UPDATE line_logs SET size = ?, root = ?, frontier = ?, written_at = ? WHERE concert_id = ?";

constexpr const char* kSelectLogsToWrite =
    "SELECT l.concert_id FROM line_logs l JOIN queue_counters q ON q.concert_id = l.concert_id"
    " WHERE l.size < q.last_place";
constexpr const char* kIsBehind =
    "SELECT l.size < q.last_place FROM line_logs l"
    " JOIN queue_counters q ON q.concert_id = l.concert_id WHERE l.concert_id = ?";

const db::Select<proof::LogEntry> kSelectEntries(
    {{"place", &proof::LogEntry::entry},
     {"token_id", &proof::LogEntry::token_id},
     {"issued_at", &proof::LogEntry::issued_at}},
    "FROM queue_tokens WHERE concert_id = ? AND place > ? AND place <= ? ORDER BY place");

// Calls `take(bytes of the entry)` for each in (after, upto]. Places are dense: what is missing is
// an error, and nothing is made of the rest.
template <typename Source, typename Take>
void each_entry(Source& source, ConcertId id, std::int64_t after, std::int64_t upto,
                const Take& take) {
  std::int64_t next = after + 1;
  const auto take_next = [&](const proof::LogEntry& entry) {
    if (entry.entry == next) take(proof::encode_entry(entry));
    return entry.entry == next++;
  };
  for (std::int64_t begin = after; begin < upto; begin += kEntriesPerBatch) {
    kSelectEntries.each(take_next, source, id, begin, std::min(begin + kEntriesPerBatch, upto));
  }
  if (next == upto + 1) return;
  throw std::runtime_error("concert " + std::to_string(id.value) + " has no place " +
                           std::to_string(next));
}

// Hashes the entries in (after, upto], of which `after` is the end of a tile: gives the root of
// each full tile to `take_tile`, and returns the leaves behind the last one.
template <typename Source, typename TakeTile>
std::vector<Hash> hash_tiles(Source& source, ConcertId id, std::int64_t after, std::int64_t upto,
                             const TakeTile& take_tile) {
  std::vector<Hash> leaves;
  each_entry(source, id, after, upto, [&](const std::string& entry) {
    leaves.push_back(proof::leaf_hash(entry));
    if (leaves.size() < static_cast<std::size_t>(kTileWidth)) return;
    take_tile(proof::root_of(leaves));
    leaves.clear();
  });
  return leaves;
}

Frontier frontier_of(const LogRow& log) {
  auto frontier = Frontier::decode(log.frontier);
  if (frontier && frontier->tiles() == log.size / kTileWidth) return std::move(*frontier);
  throw std::runtime_error("a log whose frontier does not fit its size");
}

// The log of a lottery stands still from the closing on until the draw has the root of its entries.
constexpr const char* kMayGrow =
    "SELECT d.entries IS NULL AND ? < c.sale_opens_at - INTERVAL c.draw_lead_seconds SECOND"
    " FROM draws d JOIN concerts c ON c.concert_id = d.concert_id"
    " WHERE d.concert_id = ? AND c.line_order = 'lottery' AND d.log_root IS NULL";

bool may_grow(db::Transaction& transaction, ConcertId id, Time now) {
  bool grows = true;
  transaction.query(kMayGrow, now, id).read_first(grows);
  return grows;
}

// Goes on as far as one transaction should; the new end of the log.
std::int64_t extend(db::Transaction& transaction, ConcertId id, LogRow& log, std::int64_t upto,
                    Time now) {
  Frontier frontier = frontier_of(log);
  const std::int64_t tiles_end = frontier.tiles() * kTileWidth;
  log.size = std::min(upto, tiles_end + kEntriesPerBatch);
  const auto leaves = hash_tiles(transaction, id, tiles_end, log.size,
                                 [&](const Hash& root) { frontier.add(root); });
  log.root = proof::bytes_of(frontier.root(leaves));
  log.frontier = frontier.encode();
  transaction.execute(kWriteLog, log.size, log.root, log.frontier, now, id);
  return log.size;
}

// True when there may be more.
bool write_batch(db::Transaction& transaction, ConcertId id, bool is_first) {
  auto log = kLockFreeLog.first(transaction, id);
  if (!log) return false;
  // The time behind the last join: all that are there were made before.
  const std::int64_t last = read_last_entry(transaction, id).value;
  const Time now = transaction.now();
  if (is_first && log->written_at && is_younger(*log->written_at, now, kWriteEvery)) return false;
  if (last == log->size || !may_grow(transaction, id, now)) return false;
  const bool more = extend(transaction, id, *log, last, now) < last;
  transaction.commit();
  return more;
}

std::string bytes_of(const std::vector<Hash>& hashes) {
  std::string bytes;
  for (const Hash& hash : hashes) bytes += proof::bytes_of(hash);
  return bytes;
}

// The hashes of `width` neighbours of a level from `first` on, computed from the entries. REQUIRES:
// each of them is full.
std::vector<Hash> compute_hashes(db::Connection& database, ConcertId id, int level,
                                 std::int64_t first, std::int64_t width) {
  std::int64_t span = 1;  // entries below one of the hashes
  for (int below = 0; below < level; ++below) span *= kTileWidth;
  const std::int64_t after = first * span;
  const std::int64_t upto = after + width * span;
  if (level == 0) {
    std::vector<Hash> leaves;
    each_entry(database, id, after, upto,
               [&](const std::string& entry) { leaves.push_back(proof::leaf_hash(entry)); });
    return leaves;
  }
  std::vector<Hash> hashes;
  std::vector<Hash> tiles;
  hash_tiles(database, id, after, upto, [&](const Hash& root) {
    tiles.push_back(root);
    if (static_cast<std::int64_t>(tiles.size()) * kTileWidth < span) return;
    hashes.push_back(proof::root_of(tiles));
    tiles.clear();
  });
  return hashes;
}

// Tens of thousands of entries lie below a tile of level 1. It is found by its own root, so that it
// can only be right.
template <typename Compute>
std::string cached_tile(cache::Memcached& memcached, const Hash& root, const Compute& compute) {
  const std::string key = "tile:" + to_hex(proof::bytes_of(root));
  if (auto bytes = memcached.get(key)) return std::move(*bytes);
  std::string bytes = compute();
  memcached.set(key, bytes, kTileExpiry);
  return bytes;
}

// Entries as a bundle: each with its length, two bytes, in front.
std::string bundle(db::Connection& database, ConcertId id, std::int64_t after, std::int64_t upto) {
  std::string bytes;
  each_entry(database, id, after, upto, [&](const std::string& entry) {
    bytes += static_cast<char>(entry.size() >> 8);
    bytes += static_cast<char>(entry.size());
    bytes += entry;
  });
  return bytes;
}

}  // namespace

void insert_log(db::Transaction& transaction, ConcertId concert_id) {
  const Frontier nothing;
  transaction.execute(kInsertLog, concert_id, proof::bytes_of(nothing.root({})), nothing.encode());
}

void write_log(db::Connection& database, ConcertId concert_id, Micros budget) {
  const Micros began_at = monotonic_now();
  bool is_behind = false;
  database.query(kIsBehind, concert_id).read_first(is_behind);
  if (!is_behind) return;
  for (bool is_first = true;; is_first = false) {
    const bool more = db::transact(database, [&](db::Transaction& transaction) {
      return write_batch(transaction, concert_id, is_first);
    });
    if (!more || monotonic_now() - began_at >= budget) return;
  }
}

proof::Hash write_log_up_to(db::Transaction& transaction, ConcertId concert_id, Entry upto) {
  transaction.enter(db::LockRank::kLog);
  auto log = kLockLog.first(transaction, concert_id);
  assert(log && log->size <= upto.value);
  while (log->size < upto.value) {
    extend(transaction, concert_id, *log, upto.value, transaction.now());
  }
  return proof::hash_from(log->root);
}

std::int64_t lock_log_size(db::Transaction& transaction, ConcertId concert_id) {
  transaction.enter(db::LockRank::kLog);
  const auto log = kLockLog.first(transaction, concert_id);
  return log ? log->size : 0;
}

std::vector<ConcertId> logs_to_write(db::Connection& database) {
  std::vector<ConcertId> concerts;
  for (db::Rows rows = database.query(kSelectLogsToWrite); rows.next();) {
    rows.read(concerts.emplace_back());
  }
  return concerts;
}

std::optional<LogHead> read_log_head(db::Connection& database, ConcertId concert_id) {
  const auto log = kSelectLog.first(database, concert_id);
  if (!log) return std::nullopt;
  return LogHead{log->size, proof::hash_from(log->root)};
}

std::optional<std::string> read_tile(db::Connection& database, cache::Memcached& memcached,
                                     ConcertId concert_id, const proof::Tile& tile) {
  const auto log = kSelectLog.first(database, concert_id);
  if (!log) return std::nullopt;
  std::int64_t there = log->size;  // of this level
  for (int below = 0; below < tile.level; ++below) there /= kTileWidth;
  const std::int64_t first = tile.index * kTileWidth;
  if (first + tile.width > there) return std::nullopt;
  if (tile.is_entries) return bundle(database, concert_id, first, first + tile.width);
  const auto compute = [&] {
    return bytes_of(compute_hashes(database, concert_id, tile.level, first, tile.width));
  };
  if (tile.level == 0) return compute();
  const Frontier frontier = frontier_of(*log);
  if (there / kTileWidth == tile.index) {
    const auto hashes = frontier.last_tile(tile.level).first(static_cast<std::size_t>(tile.width));
    return bytes_of({hashes.begin(), hashes.end()});
  }
  const auto parents = frontier.last_tile(tile.level + 1);
  const auto parent = static_cast<std::size_t>(tile.index % kTileWidth);
  const bool is_known = tile.width == kTileWidth && parent < parents.size() &&
                        tile.index / kTileWidth == there / kTileWidth / kTileWidth;
  return is_known ? cached_tile(memcached, parents[parent], compute) : compute();
}

}  // namespace stagedoor::line
