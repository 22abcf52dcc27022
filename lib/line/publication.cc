#include "line/publication.h"

#include <algorithm>
#include <thread>

#include "base/after_commit.h"

namespace stagedoor::line {
namespace {

constexpr std::chrono::seconds kSnapshotExpiry{60};
constexpr Micros kChangePeriod = std::chrono::milliseconds{500};
constexpr std::chrono::seconds kChangesExpiry{5};
// How far the snapshot in memcached may lag behind the row when a client leaves.
constexpr std::int64_t kVersionsBehindMax = 8;

constexpr const char* kSelectVersion = "SELECT version FROM queues WHERE concert_id = ?";

// An advance that began before the end was committed has not counted it, whenever its snapshot
// comes out: besides those that are out already this is the next one at most, as advances follow
// one another under the lock of the queue's row.
bool list_left(db::Connection& database, cache::Memcached& memcached, ConcertId id, Entry entry) {
  std::int64_t committed = 0;
  database.query(kSelectVersion, id).read_first(committed);
  const auto cached = memcached.get(line_key(id));
  const auto line = cached ? LineSnapshot::decode(*cached) : std::nullopt;
  if (!line || committed - line->version > kVersionsBehindMax) return false;
  const std::string text = std::to_string(entry.value) + " ";
  const LineChange change(memcached, database, id);
  for (std::int64_t version = line->version; version <= committed + 1; ++version) {
    if (!memcached.append(departed_key(id, version), text, kSnapshotExpiry)) return false;
  }
  return true;
}

}  // namespace

std::string line_key(ConcertId id) { return "{line:" + std::to_string(id.value) + "}"; }

std::vector<std::string> line_changes_keys(ConcertId id, Time now) {
  const std::int64_t present = now.time_since_epoch() / kChangePeriod;
  std::vector<std::string> keys;
  for (const std::int64_t period : {present, present - 1, present + 1}) {
    keys.push_back("changes:" + line_key(id) + ":" + std::to_string(period));
  }
  return keys;
}

bool is_line_changing(std::span<const std::optional<std::string>> counts) {
  // memcached leaves a number as long as it was: "0 " after "10".
  return std::any_of(counts.begin(), counts.end(), [](const auto& count) {
    return count && count->find_first_not_of("0 ") != std::string::npos;
  });
}

std::string departed_key(ConcertId id, std::int64_t version) {
  return "left:" + line_key(id) + ":" + std::to_string(version);
}

LineChange::LineChange(cache::Memcached& memcached, db::Connection& database, ConcertId id)
    : memcached_(memcached), database_(database), id_(id) {
  go_on();
}

LineChange::~LineChange() {
  for (const std::string& key : counted_) memcached_.decrement(key);
}

void LineChange::go_on() {
  const std::string key = line_changes_keys(id_, database_.estimated_now()).front();
  if (!counted_.empty() && counted_.back() == key) return;
  if (!memcached_.increment(key, kChangesExpiry)) return;
  counted_.push_back(key);
  std::this_thread::sleep_for(kViewAge);
}

void put_newer_line(cache::Memcached& memcached, ConcertId id, const LineSnapshot& line) {
  memcached.set_newer(line_key(id), line.encode(), kSnapshotExpiry, [&](const std::string& old) {
    const auto present = LineSnapshot::decode(old);
    return !present || present->version < line.version;
  });
}

void publish_line(cache::Memcached& memcached, db::Connection& database, ConcertId id,
                  const LineSnapshot& line) {
  const LineChange change(memcached, database, id);
  put_newer_line(memcached, id, line);
}

bool announce_left(db::Connection& database, cache::Memcached& memcached, ConcertId id,
                   Entry entry) {
  bool listed = false;
  attempt_after_commit([&] { listed = list_left(database, memcached, id, entry); });
  return listed;
}

}  // namespace stagedoor::line
