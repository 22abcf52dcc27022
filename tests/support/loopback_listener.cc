#include "support/loopback_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace stagedoor::testing {
namespace {

constexpr int kLookAroundMs = 50;
constexpr int kBacklog = 64;

}  // namespace

bool is_readable(int descriptor) {
  pollfd waiting{descriptor, POLLIN, 0};
  return poll(&waiting, 1, kLookAroundMs) > 0;
}

LoopbackListener::LoopbackListener() : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(descriptor_, generic, size) != 0 || listen(descriptor_, kBacklog) != 0 ||
      getsockname(descriptor_, generic, &size) != 0) {
    const int error = errno;
    close(descriptor_);
    throw std::system_error(error, std::generic_category(), "cannot listen");
  }
  port_ = ntohs(address.sin_port);
}

LoopbackListener::~LoopbackListener() { close(descriptor_); }

std::optional<int> LoopbackListener::next_client() const {
  if (!is_readable(descriptor_)) return std::nullopt;
  const int client = accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return std::nullopt;
  return client;
}

}  // namespace stagedoor::testing
