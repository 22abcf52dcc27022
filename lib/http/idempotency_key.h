#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stagedoor::http {

// The key in the header Idempotency-Key; nothing unless it is good:
//
//     header = key | '"' key '"'
//     key    = 1 to 255 visible ASCII characters
std::optional<std::string> parse_idempotency_key(std::string_view header);

}  // namespace stagedoor::http
