#include "fastcgi/probe_handler.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace stagedoor::testing {
namespace {

constexpr int kBacklog = 512;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int listen_at(const std::filesystem::path& path) {
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("bind");
  }
  if (listen(listener, kBacklog) != 0) fail("listen");
  return listener;
}

}  // namespace

ProbeHandler::ProbeHandler(const std::string& mode, int processes)
    : mode_(mode), socket_(folder_.path() / "probe.sock"), listener_(listen_at(socket_)) {
  while (processes-- > 0) start_process();
}

ProbeHandler::~ProbeHandler() {
  for (const pid_t process : processes_) kill(process, SIGKILL);
  for (const pid_t process : processes_) waitpid(process, nullptr, 0);
  close(listener_);
}

pid_t ProbeHandler::start_process() {
  std::string name = STAGEDOOR_PROBE;
  std::string metrics = "PROBE_METRICS=" + (folder_.path() / "metrics").string();
  std::array<char*, 3> arguments = {name.data(), mode_.data(), nullptr};
  std::array<char*, 2> environment = {metrics.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, listener_, 0);
  posix_spawn_file_actions_addopen(&actions, 2, (folder_.path() / "log").c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  pid_t process = 0;
  const int error =
      posix_spawn(&process, name.c_str(), &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), name);
  processes_.push_back(process);
  return process;
}

int ProbeHandler::wait_for_end(pid_t process) {
  int status = 0;
  if (waitpid(process, &status, 0) != process) fail("waitpid");
  std::erase(processes_, process);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Peer ProbeHandler::ask(const std::string& body, const std::string& order) const {
  return send(request_bytes({{"PROBE", order}}, body));
}

std::filesystem::path ProbeHandler::new_fifo() {
  const auto path = folder_.path() / ("fifo" + std::to_string(++fifos_));
  if (mkfifo(path.c_str(), 0600) != 0) fail("mkfifo");
  return path;
}

// Opening the fifo waits until the process has opened it too.
Busy::Busy(ProbeHandler& handler)
    : fifo_(handler.new_fifo()),
      peer_(handler.ask("busy", "wait " + fifo_.string())),
      gate_(open(fifo_.c_str(), O_WRONLY | O_CLOEXEC)) {}

void Busy::release() {
  if (gate_ >= 0) close(gate_);
  gate_ = -1;
}

}  // namespace stagedoor::testing
