#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "line/token_rules.h"

namespace stagedoor {

// A record as one line of text, for the cache, and back; nothing for anything that encode_record()
// does not write:
//
//     record = "1" stored admitted_at claimed_at active_until held_until reason
//
// with a blank between them: 1 is the version, the others are the numbers of the enums and
// microseconds since 1970, or "-" for what is not there.
std::string encode_record(const TokenRecord& record);
std::optional<TokenRecord> decode_record(std::string_view text);

}  // namespace stagedoor
