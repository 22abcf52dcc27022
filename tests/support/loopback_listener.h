#pragma once

#include <optional>

namespace stagedoor::testing {

// Waits a moment for bytes, a client or the end; false when there was nothing. For threads that
// also look whether they are to stop.
bool is_readable(int descriptor);

// Listens on a free port of 127.0.0.1 until the end of the scope.
class LoopbackListener {
 public:
  // Throws std::system_error.
  LoopbackListener();
  ~LoopbackListener();
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  [[nodiscard]] int port() const { return port_; }
  // The next client, which the caller closes; nothing when none came for a moment.
  [[nodiscard]] std::optional<int> next_client() const;

 private:
  int descriptor_;
  int port_ = 0;
};

}  // namespace stagedoor::testing
