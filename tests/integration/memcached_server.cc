#include "integration/memcached_server.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "support/concurrency.h"

namespace stagedoor {
namespace {

constexpr std::chrono::milliseconds kStartsWithin{5'000};

bool answers(const std::string& path) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const bool connected =
      connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(descriptor);
  return connected;
}

}  // namespace

MemcachedServer::MemcachedServer() { start(); }

MemcachedServer::~MemcachedServer() { kill_now(); }

void MemcachedServer::start() {
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Where that is allowed: on a busy machine it must not be slow unless a test wants it to be.
    setpriority(PRIO_PROCESS, 0, -10);
    const char* const user = getuid() == 0 ? "root" : nullptr;
    execlp("memcached", "memcached", "-s", path_.c_str(), "-a", "0600", "-m", "16", "-t", "1",
           user == nullptr ? user : "-u", user, nullptr);
    _exit(127);
  }
  if (!testing::eventually(kStartsWithin, [&] { return answers(path_); })) {
    throw std::runtime_error("memcached does not start");
  }
}

void MemcachedServer::kill_now() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
  std::filesystem::remove(path_);
}

void MemcachedServer::hang() const {
  kill(pid_, SIGSTOP);
  waitpid(pid_, nullptr, WUNTRACED);
}

void MemcachedServer::go_on() const { kill(pid_, SIGCONT); }

}  // namespace stagedoor
