#include "line/publication.h"

#include <optional>
#include <thread>

#include "base/after_commit.h"

namespace stagedoor::line {
namespace {

constexpr std::chrono::seconds kSnapshotExpiry{60};
// How far the snapshot in memcached may lag behind the row when somebody leaves.
constexpr std::int64_t kVersionsBehindMax = 8;

constexpr const char* kSelectVersion = "SELECT version FROM queues WHERE concert_id = ?";

// An advance that began before his end was committed has not counted him, whenever its snapshot
// comes out: besides those that are out already this is the next one at most, as advances follow
// one another under the lock of the queue's row.
bool list_left(db::Connection& database, cache::Memcached& memcached, ConcertId id, Place place) {
  std::int64_t committed = 0;
  database.query(kSelectVersion, id).read_first(committed);
  const auto text = memcached.get(line_key(id));
  const auto line = text ? LineSnapshot::decode(*text) : std::nullopt;
  if (!line || committed - line->version > kVersionsBehindMax) return false;
  const std::string entry = std::to_string(place.value) + " ";
  const LineChange change(memcached, id);
  for (std::int64_t version = line->version; version <= committed + 1; ++version) {
    if (!memcached.append(left_key(id, version), entry, kSnapshotExpiry)) return false;
  }
  return true;
}

}  // namespace

std::string line_key(ConcertId id) { return "{line:" + std::to_string(id.value) + "}"; }

std::string line_changes_key(ConcertId id) { return "changes:" + line_key(id); }

std::string left_key(ConcertId id, std::int64_t version) {
  return "left:" + line_key(id) + ":" + std::to_string(version);
}

LineChange::LineChange(cache::Memcached& memcached, ConcertId id)
    : memcached_(memcached), key_(line_changes_key(id)) {
  counted_ = memcached_.increment(key_, kSnapshotExpiry);
  if (counted_) std::this_thread::sleep_for(kViewAge);
}

LineChange::~LineChange() {
  if (counted_) memcached_.decrement(key_);
}

void put_newer_line(cache::Memcached& memcached, ConcertId id, const LineSnapshot& line) {
  memcached.set_newer(line_key(id), line.encode(), kSnapshotExpiry, [&](const std::string& old) {
    const auto present = LineSnapshot::decode(old);
    return !present || present->version < line.version;
  });
}

void publish_line(cache::Memcached& memcached, ConcertId id, const LineSnapshot& line) {
  const LineChange change(memcached, id);
  put_newer_line(memcached, id, line);
}

bool announce_left(db::Connection& database, cache::Memcached& memcached, ConcertId id,
                   Place place) {
  bool listed = false;
  attempt_after_commit([&] { listed = list_left(database, memcached, id, place); });
  return listed;
}

}  // namespace stagedoor::line
