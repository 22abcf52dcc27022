#include "fastcgi/accept.h"

#include <fcgiapp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/clock.h"

namespace stagedoor::fastcgi {
namespace {

// So that libfcgi accepts nothing itself, which it would after a connection without a request.
constexpr int kNoListener = -1;
// A peer that says nothing for so long has no request.
constexpr Micros kFirstByte = std::chrono::seconds{2};

bool has_something_to_say(int connection) {
  const Micros until = monotonic_now() + kFirstByte;
  pollfd waiting{connection, POLLIN, 0};
  int ready = -1;
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - monotonic_now());
    ready = poll(&waiting, 1, static_cast<int>(std::max(left.count(), std::int64_t{0})));
  } while (ready < 0 && errno == EINTR);
  return ready == 1;
}

}  // namespace

bool init_request(FCGX_Request& fcgx) { return FCGX_InitRequest(&fcgx, kNoListener, 0) == 0; }

bool accept_request(int listen_descriptor, FCGX_Request& fcgx) {
  for (;;) {
    const int connection = accept4(listen_descriptor, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return false;
    if (!has_something_to_say(connection)) {
      close(connection);
      continue;
    }
    // libfcgi goes on with a connection that it was told to keep.
    fcgx.ipcFd = connection;
    fcgx.keepConnection = 1;
    if (FCGX_Accept_r(&fcgx) == 0) return true;
  }
}

}  // namespace stagedoor::fastcgi
