#pragma once

#include <string>
#include <string_view>

namespace stagedoor {

// True for an address that could receive mail: one '@' with something on both sides, no blanks.
bool is_email(std::string_view text);

// Two addresses are one account's when their keys are equal.
std::string email_key(std::string_view email);

// True for text that a person can read: not only blanks, no control characters.
bool is_readable(std::string_view text);

}  // namespace stagedoor
