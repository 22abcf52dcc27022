#pragma once

#include <string>

#include "base/clock.h"
#include "base/id.h"

namespace stagedoor::proof {

// One join, as the log of its line knows it.
struct LogEntry {
  std::int64_t entry = 0;  // 1, 2, 3, ... in order of arrival
  TokenId token_id;
  Time issued_at;
};

// The bytes that a leaf of the tree is the hash of. They tell nothing of a person: only who knows a
// token id finds it.
//
//     entry = number token issued_at
//
// number and issued_at (microseconds since 1970) are integers of 8 bytes, the highest first; token
// is the SHA-256 of the token id as the API writes it, in 36 characters.
std::string encode_entry(const LogEntry& entry);

}  // namespace stagedoor::proof
