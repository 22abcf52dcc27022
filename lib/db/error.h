#pragma once

#include <stdexcept>
#include <string>

#include "base/failure.h"

namespace stagedoor::db {

// A statement that failed. It answers what a caller can act on; what nobody acts on becomes a 503
// or a 500 in the serve loop.
class Error : public std::runtime_error {
 public:
  Error(int code, const std::string& message) : std::runtime_error(message), code_(code) {}

  [[nodiscard]] int code() const { return code_; }

  // A UNIQUE key refused the row.
  [[nodiscard]] bool is_duplicate() const { return code_ == 1062; }
  // The connection is gone and with it the transaction.
  [[nodiscard]] bool connection_lost() const;
  // The server gave up on a lock; the same transaction may succeed when it is begun anew.
  [[nodiscard]] bool lock_failed() const { return code_ == 1213 || code_ == 1205; }
  // Worth another try, as nothing was committed.
  [[nodiscard]] bool may_retry() const { return lock_failed() || connection_lost(); }

 private:
  int code_;
};

// The connection broke while COMMIT was under way: it happened or it did not. Never retried; the
// client gets a 503 and repeats with its Idempotency-Key, whose record tells.
class CommitInDoubt : public Unavailable {
 public:
  using Unavailable::Unavailable;
};

}  // namespace stagedoor::db
