#include "db/stop_on_signal.h"

#include <csignal>

#include "base/log.h"

namespace stagedoor::db {
namespace {

// Of two connections through a proxy each may lead to another server.
constexpr const char* kWhere =
    "SELECT CONNECTION_ID(), CONCAT_WS(' ', @@hostname, @@port, @@datadir)";
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
  connection.query(kWhere).read_first(connection_id_, server_);
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
    Connection killer(config_);
    std::int64_t own_id = 0;
    std::string server;
    killer.query(kWhere).read_first(own_id, server);
    if (server == server_) killer.execute(kKill, connection_id_);
  } catch (const std::exception& e) {
    log::event(log::Level::kWarning, "the statement could not be killed", e.what());
  }
}

}  // namespace stagedoor::db
