#include "base/fingerprint.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/encoding.h"

namespace stagedoor {

// MurmurHash64A, eight bytes at a time.
std::string fingerprint(std::string_view content) {
  constexpr std::uint64_t kFactor = 0xc6a4a7935bd1e995ULL;
  constexpr int kShift = 47;
  std::uint64_t hash = content.size() * kFactor;
  while (!content.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(content.size(), sizeof word);
    std::memcpy(&word, content.data(), size);
    content.remove_prefix(size);
    word *= kFactor;
    word ^= word >> kShift;
    hash = (hash ^ (word * kFactor)) * kFactor;
  }
  hash = (hash ^ (hash >> kShift)) * kFactor;
  hash ^= hash >> kShift;
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(hash >> shift);
  return to_hex(bytes);
}

}  // namespace stagedoor
