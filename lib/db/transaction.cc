#include "db/transaction.h"

#include <cassert>
#include <random>
#include <thread>

#include "base/log.h"
#include "metrics/metrics.h"

namespace stagedoor::db {
namespace {

constexpr int kAttemptsMax = 3;
// No attempt begins later than this: a client is told soon, and nginx does not give up before us.
constexpr Micros kRetryWindow = std::chrono::seconds{4};
constexpr int kBackoffMaxMs = 20;

constexpr const char* kBegin = "START TRANSACTION";
// Of the next transaction alone.
constexpr const char* kRepeatableRead = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
constexpr const char* kBeginSnapshot = "START TRANSACTION WITH CONSISTENT SNAPSHOT";
constexpr const char* kCommit = "COMMIT";

}  // namespace

Transaction::Transaction(Connection& connection) : connection_(connection) {
  assert(!connection.in_transaction_);
  connection_.run_text(kBegin);
  connection_.in_transaction_ = true;
}

Transaction::~Transaction() {
  if (open_) connection_.roll_back();
  connection_.in_transaction_ = false;
}

void Transaction::enter(LockRank rank) {
  const bool is_first = order_.is_empty();
  order_.enter(rank);
  if (connection_.lock_observer_) connection_.lock_observer_(rank, is_first);
}

void Transaction::commit() {
  assert(open_);
  connection_.session();  // throws when the connection, and the transaction with it, is gone
  try {
    connection_.run_text(kCommit);
  } catch (const Error& e) {
    if (e.is_deadlock()) throw;  // certification refused it
    // Also where it is still open: on this connection the next START TRANSACTION would commit it.
    connection_.leave(metrics::Reconnect::kCommitFailed);
    metrics::count(metrics::Counter::kCommitsInDoubt);
    log::event(log::Level::kCritical, "commit in doubt", e.what());
    throw CommitInDoubt(std::string("commit in doubt: ") + e.what());
  }
  open_ = false;
  metrics::set_to_now(metrics::Gauge::kWrittenAt);
}

Snapshot::Snapshot(Connection& connection) : connection_(connection) {
  assert(!connection.in_transaction_);
  connection_.run_text(kRepeatableRead);
  // From here on it is this connection or none: another one has not heard of that.
  connection_.in_transaction_ = true;
  try {
    connection_.run_text(kBeginSnapshot);
  } catch (const Error&) {
    connection_.in_transaction_ = false;
    connection_.close();
    throw;
  }
}

Snapshot::~Snapshot() {
  connection_.roll_back();
  connection_.in_transaction_ = false;
}

void internal::wait_before_retry(const Error& error, int attempt, Micros started_at) {
  if (!error.may_retry()) throw error;
  if (attempt >= kAttemptsMax || monotonic_now() - started_at > kRetryWindow) {
    throw Unavailable(error.what());
  }
  metrics::count(metrics::Counter::kTransactionRetries);
  thread_local std::minstd_rand random{std::random_device{}()};
  const int wait_ms = std::uniform_int_distribution<>{1, kBackoffMaxMs * attempt}(random);
  std::this_thread::sleep_for(std::chrono::milliseconds{wait_ms});
}

}  // namespace stagedoor::db
