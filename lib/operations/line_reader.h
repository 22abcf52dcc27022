#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "operations/line.h"

namespace stagedoor::operations {

// Shows lines to pollers: snapshots at most two seconds old, from memcached at the price of one
// round trip. Whoever finds one due advances the line, one at a time; without memcached the
// snapshot in the queue's row serves instead.
class LineReader {
 public:
  LineReader(db::Connection& database, cache::Memcached& memcached)
      : database_(database), memcached_(memcached) {}

  struct Sight {
    LineSnapshot line;
    bool cached = false;    // from memcached: then the next member can be relied on
    bool has_mark = false;  // memcached has the key that was asked for beside the line
  };
  Outcome<Sight> look(ConcertId concert_id, const std::string& mark_key);

  // Who left in the block of `place`; nothing when nobody did.
  std::optional<DepartedPlaces> departures(ConcertId concert_id, const LineSnapshot& line,
                                           Place place);

 private:
  Outcome<Sight> find_line(ConcertId concert_id, const std::string& mark_key);
  void replace_outdated(ConcertId concert_id, LineSnapshot& cached);
  Outcome<LineSnapshot> ask_database(ConcertId concert_id, bool may_publish);

  db::Connection& database_;
  cache::Memcached& memcached_;
  std::map<ConcertId, LineSnapshot> served_;  // the newest of each line

  struct KnownBlock {
    std::int64_t revision = 0;
    DepartedPlaces departed;
  };
  std::map<std::pair<ConcertId, std::int64_t>, KnownBlock> known_blocks_;
};

}  // namespace stagedoor::operations
