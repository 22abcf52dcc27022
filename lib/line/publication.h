#pragma once

#include <cstdint>
#include <string>

#include "cache/memcached.h"
#include "db/connection.h"
#include "line/snapshot_rules.h"

// What memcached knows of a line: its snapshot, and who left since.
namespace stagedoor::line {

// For so long a process shows what it has read of a line in memcached without asking again.
inline constexpr Micros kViewAge = std::chrono::milliseconds{3};

// All keys of one line name it in the same braces, and so are on one server.

// Where memcached holds a line's snapshot.
std::string line_key(ConcertId id);

// Counts who is about to change what memcached knows of the line. While that is anybody, no process
// remembers what it reads.
std::string line_changes_key(ConcertId id);

// Where memcached lists who left while waiting and is not counted in this version of the snapshot:
// their places, each with a blank behind it.
std::string left_key(ConcertId id, std::int64_t version);

// Around a change of what memcached knows of a line: its constructor returns when everything that a
// process read before is too old to be shown, and nothing that is read until its end is remembered.
class LineChange {
 public:
  LineChange(cache::Memcached& memcached, ConcertId id);
  ~LineChange();
  LineChange(const LineChange&) = delete;
  LineChange& operator=(const LineChange&) = delete;

 private:
  cache::Memcached& memcached_;
  std::string key_;
  bool counted_ = false;
};

// Puts the snapshot there unless there is a newer one. REQUIRES: within a LineChange.
void put_newer_line(cache::Memcached& memcached, ConcertId id, const LineSnapshot& line);

// The same within one: while no process shows an older view without asking. So of two answers the
// later one never knows less.
void publish_line(cache::Memcached& memcached, ConcertId id, const LineSnapshot& line);

// Lists who left under the snapshots that do not count him. REQUIRES: his end is committed. False
// when memcached did not take it.
bool announce_left(db::Connection& database, cache::Memcached& memcached, ConcertId id,
                   Place place);

}  // namespace stagedoor::line
