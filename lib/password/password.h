#pragma once

#include <string>

namespace stagedoor::password {

// An Argon2id hash with its salt and cost, as text. Throws when there is no memory for it.
std::string hash(const std::string& password);

// True when `stored` was made from `password`. The cost is the same for every `stored` that hash()
// made, so that callers verify against unknown_user_hash() when there is no such user.
bool verify(const std::string& password, const std::string& stored);

// A hash that no password matches.
const std::string& unknown_user_hash();

// Whether it is one of those that are tried first, in any case of its letters.
bool is_common(std::string password);

}  // namespace stagedoor::password
