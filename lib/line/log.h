#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "cache/memcached.h"
#include "db/transaction.h"
#include "proof/hash.h"
#include "proof/tile_path.h"

// The public log of all joins of a line (docs/fairness.md): written behind the joins, by whoever
// moves the line, and computed from their rows where it is read.
namespace stagedoor::line {

// Gives a new line its empty log.
void insert_log(db::Transaction& transaction, ConcertId concert_id);

// Writes down the joins that are not in the log yet, unless another process is about it or was
// less than a second ago; goes on until none is left or `budget` is used up. Leaves a lottery whose
// entries close to the draw.
void write_log(db::Connection& database, ConcertId concert_id, Micros budget);

// For the draw of a lottery. The log goes no further than this before; its root is that of this
// size. REQUIRES: the entries of the lottery are closed, and the log ends with them or before.
proof::Hash write_log_up_to(db::Transaction& transaction, ConcertId concert_id, Entry upto);
// How far it is written, which does not change before this transaction ends.
std::int64_t lock_log_size(db::Transaction& transaction, ConcertId concert_id);

// The lines with joins that are not in their log yet.
std::vector<ConcertId> logs_to_write(db::Connection& database);

// What a checkpoint says. Nothing when there is no such concert.
struct LogHead {
  std::int64_t size = 0;
  proof::Hash root{};
};
std::optional<LogHead> read_log_head(db::Connection& database, ConcertId concert_id);

// The bytes of a tile; nothing while the log has no such tile of that width.
std::optional<std::string> read_tile(db::Connection& database, cache::Memcached& memcached,
                                     ConcertId concert_id, const proof::Tile& tile);

}  // namespace stagedoor::line
