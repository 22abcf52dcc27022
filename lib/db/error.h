#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "base/failure.h"
#include "metrics/page.h"

namespace stagedoor::db {

// What is to be done about a statement that failed; db/error.cc says which code is of which class.
enum class ErrorClass {
  kOurs,   // it would fail again: nothing is retried
  kRetry,  // the server is well, the transaction is not: begin it anew on this connection
  kLeave   // this server may not be used now: connect anew, begin anew unless COMMIT was sent
};

// A statement that failed. It answers what a caller can act on; what nobody acts on becomes a 503
// or a 500 in the serve loop.
class Error : public std::runtime_error {
 public:
  Error(int code, const std::string& message) : std::runtime_error(message), code_(code) {}

  [[nodiscard]] int code() const { return code_; }

  // A UNIQUE key refused the row.
  [[nodiscard]] bool is_duplicate() const { return code_ == 1062; }
  // The server rolled the transaction back to end a deadlock, or as certification found a conflict.
  [[nodiscard]] bool is_deadlock() const { return code_ == 1213; }

  [[nodiscard]] ErrorClass error_class() const;
  // Why the connection is given up; nothing when it is not.
  [[nodiscard]] std::optional<metrics::Reconnect> leaves() const;
  // The server answers, but is not the one to talk to.
  [[nodiscard]] bool is_demoted() const;
  // Worth another try, as nothing was committed.
  [[nodiscard]] bool may_retry() const { return error_class() != ErrorClass::kOurs; }

 private:
  int code_;
};

// There are servers that answer, but none of them takes writes.
class Unusable : public Unavailable {
 public:
  using Unavailable::Unavailable;
};

// A COMMIT that was sent and neither succeeded nor was surely rolled back: it happened or it did
// not. Never retried; the client gets a 503 and repeats with its Idempotency-Key, whose record
// tells.
class CommitInDoubt : public Unavailable {
 public:
  using Unavailable::Unavailable;
};

}  // namespace stagedoor::db
