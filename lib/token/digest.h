#pragma once

#include <string>
#include <string_view>

namespace stagedoor::token {

// The SHA-256 of the text, 32 bytes.
std::string sha256(std::string_view text);

}  // namespace stagedoor::token
