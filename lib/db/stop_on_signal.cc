#include "db/stop_on_signal.h"

#include <csignal>

#include "base/log.h"

namespace stagedoor::db {
namespace {

constexpr const char* kOwnId = "SELECT CONNECTION_ID()";
constexpr const char* kKill = "KILL QUERY ?";

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

StopOnSignal::StopOnSignal(Connection& connection, DatabaseConfig config)
    : config_(std::move(config)) {
  connection.query(kOwnId).read_first(connection_id_);
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this] { wait(); });
}

StopOnSignal::~StopOnSignal() {
  done_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void StopOnSignal::wait() {
  const sigset_t signals = stop_signals();
  for (int signal = 0; sigwait(&signals, &signal) == 0 && !done_;) {
    stopped_ = true;
    kill_statement();
  }
}

// Without it the statement ends by its own bound.
void StopOnSignal::kill_statement() {
  try {
    Connection(config_).execute(kKill, connection_id_);
  } catch (const std::exception& e) {
    log::event(log::Level::kWarning, "the statement could not be killed", e.what());
  }
}

}  // namespace stagedoor::db
