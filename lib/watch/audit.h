#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.h"
#include "watch/invariants.h"

// Checks every invariant beside a running sale. What is looked at is cut into slices of some
// thousand rows, each on a snapshot of its own that is gone after a moment: no snapshot keeps the
// server from purging, and no statement is long (docs/decisions/0060-an-audit-in-slices.md).
namespace stagedoor::watch {

struct AuditOptions {
  // Only what can have changed since the last audit that found nothing.
  bool since_last = false;
  // Each row that contradicts an invariant, as it is found; of each invariant the first ten.
  std::function<void(Invariant, const std::string&)> tell;
  // What is being looked at, and how many rows have been.
  std::function<void(std::string_view, std::int64_t)> progress;
  // Asked between slices; true: throws AuditStopped.
  std::function<bool()> stopped = [] { return false; };
};

struct AuditStopped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct AuditResult {
  std::map<Invariant, std::vector<std::string>> violations;  // of those that are violated
  std::optional<Time> since;                                 // nothing: all was looked at
};

// REQUIRES: a connection whose statements may take longer than a request's. An audit that finds
// nothing is recorded, for the next one to begin from. Throws db::Error when it cannot go on.
AuditResult audit(db::Connection& database, const AuditOptions& options);

}  // namespace stagedoor::watch
