#include "http/accept.h"

#include <fcgiapp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace stagedoor::http {
namespace {

// A peer that says nothing for so long has no request.
constexpr int kFirstByteMs = 2'000;

bool has_something_to_say(int connection) {
  pollfd waiting{connection, POLLIN, 0};
  int ready = -1;
  do {
    ready = poll(&waiting, 1, kFirstByteMs);
  } while (ready < 0 && errno == EINTR);
  return ready == 1;
}

}  // namespace

bool accept_request(int listen_descriptor, FCGX_Request& fcgx) {
  const int connection = accept4(listen_descriptor, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return false;
  if (!has_something_to_say(connection)) {
    close(connection);
    return false;
  }
  // libfcgi goes on with a connection that it was told to keep.
  fcgx.ipcFd = connection;
  fcgx.keepConnection = 1;
  return FCGX_Accept_r(&fcgx) == 0;
}

}  // namespace stagedoor::http
