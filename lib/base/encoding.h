#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stagedoor {

// Lower-case hexadecimal digits, and back (either case).
std::string to_hex(std::string_view bytes);
std::optional<std::string> parse_hex(std::string_view text);

// RFC 4648 base64url without padding. Only the canonical form is read back: two texts never
// decode to the same bytes.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> parse_base64url(std::string_view text);

// True when the text is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

// The number of code points. REQUIRES: is_utf8(text).
std::size_t count_characters(std::string_view text);

// A decimal integer as JSON and URLs write it: no sign but '-', no leading zero, nothing else.
std::optional<long long> parse_integer(std::string_view text);

// The same for what std::to_string() has written, which has one zero.
std::optional<long long> parse_canonical_integer(std::string_view text);

}  // namespace stagedoor
