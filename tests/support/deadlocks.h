#pragma once

#include "support/exposition.h"
#include "support/vocabulary.h"

namespace stagedoor::testing {

// How many statements the handlers have seen ended to resolve a deadlock.
inline double deadlocks() {
  return Exposition::parse(send({.path = "/metrics"}).body)
      .sum("stagedoor_database_deadlocks_total");
}

}  // namespace stagedoor::testing
