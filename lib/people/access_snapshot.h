#pragma once

#include <map>
#include <optional>
#include <set>

#include "people/sessions.h"

namespace stagedoor::people {

// What a process knows of the access tokens that have ended: as the database had it at most a
// second before, and read for all requests of that second at once.
class AccessSnapshot {
 public:
  // `lifetime`: that of most tokens. Of older ones the database is asked each time.
  AccessSnapshot(db::Connection& database, std::chrono::seconds lifetime)
      : database_(database), lifetime_(lifetime) {}

  bool has_ended(const Session& session);

 private:
  void refresh();

  db::Connection& database_;
  std::chrono::seconds lifetime_;
  std::map<UserId, SessionsEnd> ends_;
  std::set<SessionKey> ended_;
  Time known_since_ = {};
  // Monotonic; all of it is read anew from time to time, what has changed each time.
  std::optional<Micros> loaded_at_;
  Micros refreshed_at_{};
  Time read_at_ = {};
};

}  // namespace stagedoor::people
