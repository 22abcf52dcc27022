#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

// Where memcached counts those who are about to change what it knows of the line, at the database's
// time `now`. While there are any, no process remembers what it reads. A count belongs to the half
// second in which it began, and is looked at in that one and the next: of a process that was killed
// nothing is left after a second at most. The clocks of two processes may differ by half a second.
std::vector<std::string> line_changes_keys(ConcertId id, Time now);
// Of the values of those keys.
bool is_line_changing(std::span<const std::optional<std::string>> counts);

// Where memcached lists who left while waiting and is not counted in this version of the snapshot:
// their entries, each with a blank behind it.
std::string departed_key(ConcertId id, std::int64_t version);

// Around a change of what memcached knows of a line: its constructor returns when everything that a
// process read before is too old to be shown, and nothing that is read until its end is remembered.
class LineChange {
 public:
  LineChange(cache::Memcached& memcached, db::Connection& database, ConcertId id);
  ~LineChange();
  LineChange(const LineChange&) = delete;
  LineChange& operator=(const LineChange&) = delete;

  // Before each step that shows: counts this change anew if it began long ago.
  void go_on();

 private:
  cache::Memcached& memcached_;
  db::Connection& database_;
  ConcertId id_;
  std::vector<std::string> counted_;
};

// Puts the snapshot there unless there is a newer one. REQUIRES: within a LineChange.
void put_newer_line(cache::Memcached& memcached, ConcertId id, const LineSnapshot& line);

// The same within one: while no process shows an older view without asking. So of two answers the
// later one never knows less.
void publish_line(cache::Memcached& memcached, db::Connection& database, ConcertId id,
                  const LineSnapshot& line);

// Lists a departure under the snapshots that do not count it. REQUIRES: the end is committed. False
// when memcached did not take it.
bool announce_left(db::Connection& database, cache::Memcached& memcached, ConcertId id,
                   Entry entry);

}  // namespace stagedoor::line
