#pragma once

#include <string>
#include <string_view>

namespace stagedoor::testing {

std::string base64url(std::string_view bytes);

// A compact JWT over exactly these texts, signed with HMAC-SHA-256: also ones no library would
// make.
std::string sign_jwt(std::string_view header_json, std::string_view claims_json,
                     std::string_view key);

}  // namespace stagedoor::testing
