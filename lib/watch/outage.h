#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "watch/alerts.h"

namespace stagedoor::watch {

// An outage of the database cannot be written down in the database. The sweep, which cron starts
// every minute, notices it and keeps what it knows in a small file.
class OutageWatch {
 public:
  explicit OutageWatch(std::string file) : file_(std::move(file)) {}

  // True when the database answers and takes writes. At the first failure it waits for it up to
  // ten seconds, once per outage: a restart is no outage.
  bool database_is_usable(db::Connection& database);

  // Tells of the outage, unless that was done, with the same back-off as for other alerts.
  // `send` may be empty.
  void tell(const SendAlert& send);

  // After the database was found usable: puts the end of an outage into the alerts.
  void settle(db::Connection& database);

 private:
  struct Outage {
    Time since;
    bool told = false;
    std::int64_t attempts = 0;
    Time next_attempt_at;
  };
  [[nodiscard]] std::optional<Outage> read() const;
  void write(const Outage& outage) const;

  std::string file_;
  db::ServerState state_ = db::ServerState::kUsable;
};

}  // namespace stagedoor::watch
