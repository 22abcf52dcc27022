#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stagedoor {

// Characters.
inline constexpr std::size_t kNameMax = 100;
inline constexpr std::size_t kEmailMax = 254;

// The one spelling (Unicode's NFC) of all that look and mean the same. REQUIRES: is_utf8(text).
std::string normalised(std::string_view text);

// True for an address that could receive mail: one '@' with something on both sides, no blanks,
// nothing that is not seen or turns the direction of writing.
bool is_email(std::string_view text);

// Two addresses are one account's when their keys are equal. REQUIRES: normalised.
std::string email_key(std::string_view email);

// True for text that a person can read: something that is seen, no control characters, nothing
// that turns the direction of writing.
bool is_readable(std::string_view text);

}  // namespace stagedoor
