#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace stagedoor::proof {

// SHA-256.
using Hash = std::array<unsigned char, 32>;

Hash sha256(std::string_view bytes);

// 32 bytes that nobody can guess.
Hash random_hash();

std::string_view bytes_of(const Hash& hash);
// REQUIRES: 32 bytes.
Hash hash_from(std::string_view bytes);

// RFC 4648 base64, with padding.
std::string to_base64(std::string_view bytes);

// Eight bytes, the highest first, and back. REQUIRES: there are eight.
void append_integer(std::string& bytes, std::uint64_t value);
std::int64_t read_integer(std::string_view bytes);

}  // namespace stagedoor::proof
