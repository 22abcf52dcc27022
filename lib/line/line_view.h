#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "line/advance.h"
#include "line/publication.h"
#include "token/queue_token.h"

namespace stagedoor::line {

// The key of all that memcached knows of a token.
std::string token_key(TokenId id);

// Shows lines to pollers: snapshots at most two seconds old, from memcached at the price of one
// round trip, or from what this process read there a moment ago. A poll that finds one due advances
// the line, one at a time; without memcached the snapshot in the queue's row serves instead.
class LineViews {
 public:
  LineViews(db::Connection& database, cache::Memcached& memcached)
      : database_(database), memcached_(memcached) {}

  struct Sight {
    std::shared_ptr<const LineSnapshot> line;
    bool cached = false;    // from memcached: then the next member can be relied on
    bool departed = false;  // the token ended while waiting; the snapshot still counts it
  };
  Outcome<Sight> look(ConcertId concert_id);
  Outcome<Sight> look(const QueueTokenClaims& claims);

  // Departures in the block of `place`; nullptr when there are none. Good until the next call.
  const DepartedPlaces* departures(ConcertId concert_id, const LineSnapshot& line, Place place);

 private:
  // What this process has seen of a line: the newest snapshot, and the departures since.
  struct View {
    std::shared_ptr<const LineSnapshot> line;
    bool cached = false;
    std::vector<Entry> departed;  // in order
    // When the question was sent; long ago if the answer may not be remembered.
    Micros asked_at{};
  };

  Outcome<const View*> view(ConcertId concert_id);
  bool is_fresh(const View& view);
  std::optional<LineSnapshot> newest(ConcertId concert_id, const View& view,
                                     const std::optional<std::string>& text);
  Outcome<LineSnapshot> line_to_show(ConcertId concert_id,
                                     const std::optional<LineSnapshot>& cached);
  Outcome<LineSnapshot> ask_database(ConcertId concert_id, bool may_publish);

  db::Connection& database_;
  cache::Memcached& memcached_;
  std::map<ConcertId, View> views_;

  struct KnownBlock {
    std::int64_t revision = 0;
    DepartedPlaces departed;
  };
  std::map<std::pair<ConcertId, std::int64_t>, KnownBlock> known_blocks_;
};

}  // namespace stagedoor::line
