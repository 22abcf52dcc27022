#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/id.h"
#include "db/connection.h"

namespace stagedoor::watch {

struct DateStats {
  DateId id;
  std::int64_t available = 0;
  std::int64_t held = 0;
  std::int64_t sold = 0;
  Money revenue;
};

// How a sale goes.
struct ConcertStats {
  std::int64_t admitted_total = 0;
  std::int64_t expired_total = 0;
  std::map<std::string, std::int64_t> by_reason;
  std::vector<DateStats> dates;
};

ConcertStats read_stats(db::Connection& database, ConcertId id, Time now);

}  // namespace stagedoor::watch
