#pragma once

#include <string>
#include <vector>

#include "db/connection.h"

namespace stagedoor::watch {

// One invariant of docs/ARCHITECTURE.md, 5, and what contradicts it.
struct AuditFinding {
  std::string invariant;
  std::vector<std::string> violations;  // the first ten; none: it holds
};

// Checks every invariant, all on one consistent snapshot, so that it may run beside a sale.
std::vector<AuditFinding> audit(db::Connection& database);

}  // namespace stagedoor::watch
