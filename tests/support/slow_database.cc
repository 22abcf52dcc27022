#include "support/slow_database.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <utility>

namespace stagedoor::testing {
namespace {

// -1 when there is no listener.
int connect_to(const std::filesystem::path& path) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

std::string receive(int descriptor) {
  std::string bytes(1 << 20, '\0');
  const ssize_t got = recv(descriptor, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

void transmit(int descriptor, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = send(descriptor, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

// Blanks, so that the packet stays as long as it says.
void take_out_skip_locked(std::string& bytes) {
  constexpr std::string_view kLock = " FOR UPDATE SKIP LOCKED";
  const auto at = bytes.find(kLock);
  if (at != std::string::npos) bytes.replace(at, kLock.size(), kLock.size(), ' ');
}

}  // namespace

SlowDatabase::SlowDatabase(std::filesystem::path database_socket)
    : database_socket_(std::move(database_socket)), acceptor_([this] { accept_all(); }) {}

SlowDatabase::~SlowDatabase() {
  stop_ = true;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [marker, hold] : holds_) hold = Hold::kReleased;
    changed_.notify_all();
  }
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
}

void SlowDatabase::hold_next(const std::string& marker) {
  const std::lock_guard lock(mutex_);
  holds_[marker] = Hold::kWanted;
}

bool SlowDatabase::is_holding(const std::string& marker) {
  const std::lock_guard lock(mutex_);
  return holds_.at(marker) == Hold::kHeld;
}

void SlowDatabase::release(const std::string& marker) {
  const std::lock_guard lock(mutex_);
  holds_[marker] = Hold::kReleased;
  changed_.notify_all();
}

void SlowDatabase::accept_all() {
  while (!stop_) {
    if (const auto client = listener_.next_client()) {
      connections_.emplace_back([this, client] { pass_on(*client); });
    }
  }
}

void SlowDatabase::pass_on(int client) {
  const int database = connect_to(database_socket_);
  if (database < 0) {
    close(client);
    return;
  }
  std::thread answers([&] {
    while (!stop_) {
      if (!is_readable(database)) continue;
      const std::string answer = receive(database);
      if (answer.empty()) break;
      hold_if_marked(answer);
      transmit(client, answer);
    }
    shutdown(client, SHUT_RDWR);
  });
  while (!stop_) {
    if (!is_readable(client)) continue;
    std::string question = receive(client);
    if (question.empty()) break;
    if (ignores_skip_locked_) take_out_skip_locked(question);
    transmit(database, question);
  }
  shutdown(database, SHUT_RDWR);
  answers.join();
  close(database);
  close(client);
}

void SlowDatabase::hold_if_marked(const std::string& answer) {
  std::unique_lock lock(mutex_);
  for (auto& [marker, hold] : holds_) {
    if (hold != Hold::kWanted || answer.find(marker) == std::string::npos) continue;
    hold = Hold::kHeld;
    changed_.wait(lock, [&held = hold] { return held == Hold::kReleased; });
    return;
  }
}

}  // namespace stagedoor::testing
