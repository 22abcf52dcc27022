#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "db/connection.h"
#include "proof/hash.h"

namespace stagedoor::watch {

// Asks drand at `url` for the random values of draws that are due and have none, and notes them;
// returns how many. A value that it does not get is logged: the draw goes on without.
std::int64_t note_beacons(db::Connection& database, const std::string& url);

// The random value of drand's answer, {"round": ..., "randomness": hex, "signature": hex} and more:
// the SHA-256 of the signature. Nothing if it is not of this round, or another one is named.
std::optional<proof::Hash> read_beacon(std::string_view answer, std::int64_t round);

}  // namespace stagedoor::watch
