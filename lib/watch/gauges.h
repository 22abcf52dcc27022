#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/id.h"
#include "db/connection.h"
#include "line/snapshot_rules.h"

namespace stagedoor::watch {

struct SeatCounts {
  std::int64_t available = 0;
  std::int64_t held = 0;
  std::int64_t sold = 0;
};

// How the business stands, for those who watch the installation.
struct Gauges {
  db::ServerState database = db::ServerState::kDown;  // the rest is unknown while it is not usable
  std::int64_t waiting = 0;
  std::int64_t active = 0;
  std::int64_t lines = 0;  // not empty
  std::int64_t open_holds = 0;
  std::int64_t unsent_alerts = 0;
  std::int64_t row_lock_waits = 0;  // of the whole database server, since its start
  Micros row_lock_wait_time = {};
  std::optional<SeatCounts> seats = {};             // of all dates to come
  std::optional<Micros> estimated_wait_error = {};  // how much longer than true the estimates were
};

// Reads them at a bounded cost, however many people wait and however many seats there are: lines by
// their snapshots, seats date after date within a budget of time, each date again when its turn
// comes.
class GaugeReader {
 public:
  explicit GaugeReader(db::Connection& database) : database_(database) {}

  // At most kAgeMax old. Never throws for a database that does not answer.
  const Gauges& read();

 private:
  static constexpr Micros kAgeMax = std::chrono::seconds{5};

  struct CountedDate {
    SeatCounts seats = {};
    std::optional<Micros> counted_at = {};
    bool seen = false;
    bool in_use = false;
  };

  Gauges ask_database();
  std::map<ConcertId, LineSnapshot> read_lines(Time now);
  std::optional<SeatCounts> count_seats(const std::map<ConcertId, LineSnapshot>& lines, Time now);
  void list_dates(const std::map<ConcertId, LineSnapshot>& lines, Time now);
  std::optional<Micros> estimated_wait_error(const std::map<ConcertId, LineSnapshot>& lines);
  std::optional<Micros> error_of_line(ConcertId id);

  db::Connection& database_;
  Gauges gauges_;
  std::optional<Micros> read_at_;
  std::map<DateId, CountedDate> dates_;
};

}  // namespace stagedoor::watch
