#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace stagedoor {

// A public random value that a draw uses: a round of drand.
struct Beacon {
  std::string chain;  // its hash
  std::int64_t round = 0;
  Time due_at = {};  // when the round is made

  bool operator==(const Beacon&) const = default;
};

// When a round of a chain is made; nothing for a chain that is not known here.
std::optional<Time> beacon_due_at(const std::string& chain, std::int64_t round);

}  // namespace stagedoor
