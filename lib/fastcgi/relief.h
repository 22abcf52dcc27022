#pragma once

#include <chrono>
#include <stop_token>
#include <thread>

namespace stagedoor::fastcgi {

// A process whose present work has taken this long is stuck: in a lock of the database, or in a
// database that hangs.
inline constexpr std::chrono::milliseconds kStuckAfter{600};

// While every process of a handler is stuck, none takes the connections that wait at its socket. A
// thread of each process then closes them, which nginx tells their clients as a 503, so that no
// client waits longer than a second. The thread shares nothing else with the process.
class Relief {
 public:
  // REQUIRES: a descriptor that does not block.
  explicit Relief(int listening_descriptor);

 private:
  void look_out(const std::stop_token& stop) const;
  void close_waiting() const;

  int descriptor_;
  std::jthread thread_;
};

}  // namespace stagedoor::fastcgi
