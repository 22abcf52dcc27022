#pragma once

#include <cstdint>

#include "db/connection.h"

namespace stagedoor::people {

// Forgets attempts, links, ended sessions and letters that mean nothing any more, one bounded batch
// of each; returns how many.
std::int64_t prune_accounts(db::Connection& database);

}  // namespace stagedoor::people
