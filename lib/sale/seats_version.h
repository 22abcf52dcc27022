#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "cache/memcached.h"
#include "db/connection.h"

namespace stagedoor::sale {

// Which version of a date's listing may be shown just now, for the web server, which repeats the
// listing of a version that it has seen. A version names one content, so that what it repeats is as
// old as the version's last reading and no older.
class SeatsVersions {
 public:
  SeatsVersions(db::Connection& database, cache::Memcached& memcached)
      : database_(database), memcached_(memcached) {}

  // Nothing once the last reading has half of its age.
  std::optional<std::string> fresh(ConcertId concert_id, DateId date_id);

  // Nothing for those who are to read the seats: anyone when the last reading is too old or
  // unknown, and one caller at a time once it has half of its age.
  std::optional<std::string> fresh_enough(ConcertId concert_id, DateId date_id);

  // The seats as they were at `read_at` are of this version.
  void publish(ConcertId concert_id, DateId date_id, const std::string& version, Time read_at);

 private:
  struct Reading {
    std::string version;
    Time read_at;
  };
  std::optional<Reading> fetch(const std::string& key);
  // What is known here while it is fresh, else what memcached knows.
  const Reading& latest(ConcertId concert_id, DateId date_id, Time now);

  db::Connection& database_;
  cache::Memcached& memcached_;
  std::map<std::pair<ConcertId, DateId>, Reading> known_;
};

}  // namespace stagedoor::sale
