#pragma once

#include <functional>

#include "db/connection.h"

namespace stagedoor::db {

// One transaction: rolled back by its destructor unless it was committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  template <typename... Params>
  Rows query(const char* sql, const Params&... params) {
    return connection_.query(sql, params...);
  }
  template <typename... Params>
  std::int64_t execute(const char* sql, const Params&... params) {
    return connection_.execute(sql, params...);
  }
  template <typename... Params>
  bool insert(const char* sql, const Params&... params) {
    return connection_.insert(sql, params...);
  }
  // The same with parameters of which there is a varying number.
  Rows query_list(const char* sql, const std::vector<Param>& params) {
    return connection_.query_list(sql, params);
  }
  std::int64_t execute_list(const char* sql, const std::vector<Param>& params) {
    return connection_.execute_list(sql, params);
  }
  bool insert_list(const char* sql, const std::vector<Param>& params) {
    return connection_.insert_list(sql, params);
  }
  Time now() { return connection_.now(); }

  // About to wait for locks of this rank. Called before each statement that locks, but for one
  // with SKIP LOCKED, which waits for nothing. Throws std::logic_error when a later rank was
  // entered before.
  void enter(LockRank rank);
  [[nodiscard]] bool has_entered(LockRank rank) const { return order_.has_entered(rank); }

  // REQUIRES: called at most once, as the last thing. Throws CommitInDoubt when what became of it
  // is unknown.
  void commit();

 private:
  Connection& connection_;
  LockOrder order_;
  bool open_ = true;
};

// Many reads of one instant, whatever is committed meanwhile. Takes no locks.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  template <typename... Params>
  Rows query(const char* sql, const Params&... params) {
    return connection_.query(sql, params...);
  }
  // The same with parameters of which there is a varying number.
  Rows query_list(const char* sql, const std::vector<Param>& params) {
    return connection_.query_list(sql, params);
  }

 private:
  Connection& connection_;
};

namespace internal {

// Sleeps before the next attempt, or throws Unavailable when `error` is not worth one or attempts
// and time are used up.
void wait_before_retry(const Error& error, int attempt, Micros started_at);

}  // namespace internal

// Runs `body(Transaction&)`, which commits when it has something to keep and returns its result. A
// body that a deadlock, a lock wait or a server that may not be used now ended before the commit is
// begun anew, at most three times in all.
template <typename Body>
auto transact(Connection& connection, const Body& body) {
  const Micros started_at = monotonic_now();
  for (int attempt = 1;; ++attempt) {
    try {
      Transaction transaction(connection);
      return body(transaction);
    } catch (const Error& error) {
      internal::wait_before_retry(error, attempt, started_at);
    }
  }
}

}  // namespace stagedoor::db
