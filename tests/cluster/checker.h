#pragma once

#include <string>
#include <vector>

#include "cluster/cluster.h"
#include "cluster/history.h"

namespace stagedoor::testing {

// What the tables say against what clients were told: each acknowledged operation is there once,
// what was refused is not, what is unknown once or not at all; per user, per balance, per seat and
// in the order of the line. REQUIRES: nobody works on these users and concerts any more.
std::vector<std::string> contradictions(const History& history, const Cluster& cluster,
                                        const std::vector<Json>& concerts);

}  // namespace stagedoor::testing
