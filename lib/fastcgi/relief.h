#pragma once

#include <stop_token>
#include <thread>

#include "base/clock.h"

namespace stagedoor::fastcgi {

// A process whose present work takes two thirds of what a request may wait is stuck: in a lock of
// the database, or in a database that hangs. While every process of a handler is stuck, none takes
// the connections that wait at its socket. A thread of each process then closes them, which nginx
// tells their clients as a 503. The thread shares nothing else with the process.
class Relief {
 public:
  // REQUIRES: a descriptor that does not block.
  Relief(int listening_descriptor, Micros wait_max);

 private:
  void look_out(const std::stop_token& stop) const;
  void close_waiting() const;

  int descriptor_;
  Micros stuck_after_;
  std::jthread thread_;
};

}  // namespace stagedoor::fastcgi
