#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "integration/cache_fixture.h"
#include "integration/database.h"
#include "line/joining.h"
#include "sale/concerts.h"
#include "sale/leaving.h"
#include "support/concurrency.h"

// Lines of the tests' own, and processes that work on them.
namespace stagedoor {

// What one process has to work on a line with.
struct LineProcess {
  explicit LineProcess(const MemcachedServer& server,
                       const DatabaseConfig& config = database_config())
      : database(config),
        memcached({server.path()}, cache::kPrefix, cache::kPatience),
        versions(memcached),
        lines(database, memcached),
        stores{database, memcached, versions, lines} {}

  std::vector<Outcome<line::Joined>> join(ConcertId concert, const std::vector<UserId>& users) {
    std::vector<line::JoinRequest> requests;
    for (const UserId& user : users) requests.push_back({user, concert});
    return line::join_queue(stores, requests);
  }

  db::Connection database;
  cache::Memcached memcached;
  cache::Versioned versions;
  line::LineViews lines;
  line::LineStores stores;
};

inline std::vector<UserId> new_users(std::size_t count) {
  std::vector<UserId> users(count);
  for (UserId& user : users) user = UserId::make();
  return users;
}

// A concert that is on sale, of one date that is far away.
inline ConcertId new_line(db::Connection& database, std::int64_t max_active,
                          std::int64_t admit_per_minute = 0) {
  NewConcert concert;
  concert.settings.title = "A concert";
  concert.settings.artist = "The Artists";
  concert.settings.venue = "The Hall";
  concert.settings.max_active = max_active;
  concert.settings.admit_per_minute = admit_per_minute;
  NewDate date{.starts_at = database.now() + std::chrono::hours{1'000}};
  date.seats = {{1, 3, {}, "R", Money{100}, {}}};
  concert.dates.push_back(date);
  return sale::create_concert(database, concert).concert.id;
}

// The same as a lottery whose entries close an hour before the opening, at `closes_at`.
inline ConcertId new_lottery(db::Connection& database, std::int64_t max_active, Time closes_at) {
  const ConcertId concert = new_line(database, max_active);
  EXPECT_TRUE(sale::change_concert(database, concert, [&](ConcertSettings& settings) {
    settings.order = LineOrder::kLottery;
    settings.draw_lead_s = 3'600;
    settings.sale_opens_at = closes_at + std::chrono::hours{1};
  }));
  return concert;
}

inline void set_opening(db::Connection& database, ConcertId concert, Time opens_at) {
  EXPECT_TRUE(sale::change_concert(
      database, concert, [&](ConcertSettings& settings) { settings.sale_opens_at = opens_at; }));
}

inline std::string text_of(db::Connection& database, const char* sql, ConcertId concert) {
  std::optional<std::string> text;
  database.query(sql, concert).read_first(text);
  return text.value_or("");
}

struct Session {
  std::int64_t id = 0;
  std::string user, host;
  std::optional<std::string> schema;
  std::string command;
  std::int64_t time_s = 0;
  std::optional<std::string> state, statement;
};

// Waits for a session that runs a statement which begins like this, behind a lock say, and returns
// its id; 0 when there is none. (A SELECT from the list fails on MySQL where an id is in the text.)
inline std::int64_t session_that_runs(db::Connection& database, const std::string& statement) {
  std::int64_t id = 0;
  testing::eventually(std::chrono::seconds{60}, [&] {
    for (db::Rows rows = database.query("SHOW FULL PROCESSLIST"); rows.next();) {
      Session one;
      rows.read(one.id, one.user, one.host, one.schema, one.command, one.time_s, one.state,
                one.statement);
      if (one.statement.value_or("").starts_with(statement)) id = one.id;
    }
    return id != 0;
  });
  return id;
}

inline bool runs(db::Connection& database, const std::string& statement) {
  return session_that_runs(database, statement) != 0;
}

class Lines : public ::testing::Test {
 protected:
  MemcachedServer server_;
  LineProcess here_{server_};
};

}  // namespace stagedoor
