#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace stagedoor::cache {

// What memcached holds under a key of Versioned. Content that is too large for one value stands in
// parts under keys of their own, and in its place their common name.
struct Entry {
  std::string_view version;
  Time built_at;
  std::int64_t parts = 0;
  std::string_view content;
};

inline constexpr std::int64_t kPartsMax = 1'000;

// As text and back; nothing for anything that encode_entry() does not write:
//
//     entry = "1 " version " " microseconds " " parts " " content
//
// 1 is the version of this form, `version` is the one of the content. The result of decode_entry()
// points into the text.
std::string encode_entry(const Entry& entry);
std::optional<Entry> decode_entry(std::string_view text);

}  // namespace stagedoor::cache
