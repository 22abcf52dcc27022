#pragma once

#include <functional>
#include <stop_token>
#include <thread>

struct FCGX_Request;

namespace stagedoor::fastcgi {

// A process that has been at work on one request for this long is stuck: in a lock of the database,
// or in a database that hangs.
inline constexpr std::chrono::milliseconds kStuckAfter{400};

// While every process of a handler is stuck, nobody takes the connections that wait at its socket.
// A thread of each process looks out for that, and then takes them itself and has each refused, so
// that nobody waits longer than a second. It does nothing else, and never touches what the process
// works with.
class Relief {
 public:
  // `refuse` answers an accepted request; it is called by the thread.
  Relief(int listen_descriptor, std::function<void(FCGX_Request&)> refuse);

 private:
  void look_out(const std::stop_token& stop);
  [[nodiscard]] bool is_needed() const;
  // False when nobody was taken, as somebody else was faster.
  bool refuse_one();

  int listen_descriptor_;
  std::function<void(FCGX_Request&)> refuse_;
  std::jthread thread_;
};

}  // namespace stagedoor::fastcgi
