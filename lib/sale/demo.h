#pragma once

#include "db/connection.h"

namespace stagedoor::sale {

// Creates the demo concerts unless this database had them before; returns how many.
int load_demo(db::Connection& database);

}  // namespace stagedoor::sale
