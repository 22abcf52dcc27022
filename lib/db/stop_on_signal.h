#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "db/connection.h"

namespace stagedoor::db {

// From now on SIGINT and SIGTERM do not end the process but the statement that its connection is
// in, inside the server too, and stopped() is true. REQUIRES: made before any other thread.
class StopOnSignal {
 public:
  // Asks the connection for its id, and kills over another one.
  StopOnSignal(Connection& connection, DatabaseConfig config);
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  void wait();
  void kill_statement();

  DatabaseConfig config_;
  std::int64_t connection_id_ = 0;
  std::string server_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace stagedoor::db
