#pragma once

#include <cstdint>

#include "db/connection.h"

namespace stagedoor::sale {

// Writes down the holds that have lapsed and frees their seats, one bounded batch, leaving alone
// what other transactions work on. Returns how many holds it ended.
std::int64_t expire_lapsed_holds(db::Connection& database);

}  // namespace stagedoor::sale
