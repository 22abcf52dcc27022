#pragma once

#include <cstddef>
#include <vector>

#include "base/clock.h"
#include "base/descriptor.h"

namespace stagedoor::fastcgi {

// A listening socket that several processes share. A connection of it is ready when its whole
// request has arrived: reading that never waits for the peer.
class Listener {
 public:
  // A peer whose request has not arrived within this time is dropped.
  static constexpr Micros kRequestTime = std::chrono::seconds{2};
  // Of more connections than these that are not ready, the oldest is dropped.
  static constexpr std::size_t kPartialMax = 256;

  // From now on SIGTERM and SIGUSR1 stop this listener and interrupt nothing. Threads that run
  // already must block them. Throws std::system_error when the descriptor is no listening socket.
  explicit Listener(int descriptor);

  // Waits for a ready connection. Returns it and those that are ready as well, at most `count_max`,
  // in the order in which they were accepted. Empty: the process is told to stop, and no connection
  // that it accepted is left. The caller closes them.
  std::vector<int> take(std::size_t count_max);

 private:
  struct Partial {
    int connection;
    Micros accepted_at;
  };

  // Returns whether a connection may be waiting at the socket.
  bool wait();
  void take_arrived(std::vector<int>& ready, std::size_t count_max);
  void accept_waiting(std::vector<int>& ready, std::size_t count_max);
  void keep_partial(int connection);

  int descriptor_;
  Descriptor stop_;
  Descriptor poll_;
  std::vector<Partial> partial_ = {};
  bool is_stopping_ = false;
};

}  // namespace stagedoor::fastcgi
