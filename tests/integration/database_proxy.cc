#include "integration/database_proxy.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace stagedoor {
namespace {

// A packet of the client's: length, sequence 0, COM_QUERY and its text.
constexpr std::string_view kCommitPacket(
    "\x07\x00\x00\x00\x03"
    "COMMIT",
    11);
// An error packet: length, sequence 1, 0xff, code, SQL state and text.
std::string refusal_packet(int code) {
  std::string packet("\x16\x00\x00\x01\xff", 5);
  packet += static_cast<char>(code & 0xff);
  packet += static_cast<char>(code >> 8);
  return packet + "#HY000no commit now";
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int unix_socket(const std::string& path, bool listens) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  if (listens) {
    if (bind(descriptor, where, sizeof address) != 0 || listen(descriptor, 64) != 0) fail("listen");
  } else if (connect(descriptor, where, sizeof address) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

std::string read_some(int descriptor) {
  std::array<char, 65'536> chunk{};
  const ssize_t got = recv(descriptor, chunk.data(), chunk.size(), 0);
  return got <= 0 ? std::string() : std::string(chunk.data(), static_cast<std::size_t>(got));
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Blanks, so that the packet stays as long as it says.
void take_out_locks_of(std::string& bytes) {
  for (const std::string_view lock : {" FOR UPDATE SKIP LOCKED", " FOR UPDATE"}) {
    for (auto at = bytes.find(lock); at != std::string::npos; at = bytes.find(lock)) {
      bytes.replace(at, lock.size(), lock.size(), ' ');
    }
  }
}

}  // namespace

DatabaseProxy::DatabaseProxy(DatabaseConfig server, Begins begins) : server_(std::move(server)) {
  listener_ = unix_socket(config().unix_socket, true);
  if (pipe2(wake_, O_CLOEXEC) != 0) fail("pipe2");
  if (begins == Begins::kStarted) start();
}

void DatabaseProxy::start() {
  thread_ = std::thread([this] { run(); });
}

DatabaseProxy::~DatabaseProxy() {
  close(wake_[1]);
  thread_.join();
  close(wake_[0]);
  close(listener_);
}

DatabaseConfig DatabaseProxy::config() const {
  DatabaseConfig through = server_;
  through.unix_socket = folder_.path() / "proxy.sock";
  return through;
}

void DatabaseProxy::run() {
  for (;;) {
    std::vector<pollfd> polled{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      polled.push_back({pair.client, POLLIN, 0});
      polled.push_back({pair.server, POLLIN, 0});
    }
    poll(polled.data(), polled.size(), -1);
    if (polled[0].revents != 0) break;
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      const Pair pair = pairs_[i];
      const bool from_client = polled[2 + 2 * i].revents != 0;
      const bool from_server = polled[3 + 2 * i].revents != 0;
      if ((!from_client || pass_on(pair.client, pair.server, true)) &&
          (!from_server || pass_on(pair.server, pair.client, false))) {
        continue;
      }
      close(pair.client);
      close(pair.server);
      pairs_.erase(pairs_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (polled[1].revents != 0) accept_one();
  }
  for (const Pair& pair : pairs_) {
    close(pair.client);
    close(pair.server);
  }
}

void DatabaseProxy::accept_one() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const int server = unix_socket(server_.unix_socket, false);
  if (client >= 0 && server >= 0) {
    pairs_.push_back({client, server});
    return;
  }
  if (client >= 0) close(client);
  if (server >= 0) close(server);
}

bool DatabaseProxy::pass_on(int from, int to, bool from_client) {
  std::string bytes = read_some(from);
  if (bytes.empty()) return false;
  if (from_client && takes_out_locks_) take_out_locks_of(bytes);
  if (from_client && bytes == kCommitPacket) {
    const OnCommit action = on_commit_.exchange(OnCommit::kForward);
    if (action != OnCommit::kForward) return spoil_commit(action, {from, to}, bytes);
  }
  const bool is_held = held_ || (from_client && until_held_ > 0 && --until_held_ == 0);
  if (!is_held) return write_all(to, bytes);
  // The server has done it before its answer comes here.
  if (from_client && !held_ && side_ == Side::kBeforeTheAnswer) {
    held_ = write_all(to, bytes) && !read_some(to).empty();
  } else {
    held_ = true;
  }
  return true;
}

bool DatabaseProxy::spoil_commit(OnCommit action, const Pair& pair, const std::string& bytes) {
  switch (action) {
    case OnCommit::kForward:
    case OnCommit::kCutBefore:
      return false;
    case OnCommit::kCutAfter:
      if (write_all(pair.server, bytes)) read_some(pair.server);
      return false;
    case OnCommit::kDeny:
      if (write_all(pair.server, bytes)) read_some(pair.server);
      return write_all(pair.client, refusal_packet(code_));
    case OnCommit::kRefuse:
      return write_all(pair.client, refusal_packet(code_));
  }
  return false;
}

}  // namespace stagedoor
