#include "cache/entry.h"

#include <array>

#include "base/encoding.h"

namespace stagedoor::cache {
namespace {

constexpr std::string_view kFormat = "1";

}  // namespace

std::string encode_entry(const Entry& entry) {
  std::string text(kFormat);
  (text += ' ') += entry.version;
  text += " " + std::to_string(entry.built_at.time_since_epoch().count()) + " " +
          std::to_string(entry.parts) + " ";
  text += entry.content;
  return text;
}

std::optional<Entry> decode_entry(std::string_view text) {
  std::array<std::string_view, 4> fields;
  for (std::string_view& field : fields) {
    const auto end = text.find(' ');
    if (end == std::string_view::npos) return std::nullopt;
    field = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  const auto micros = parse_canonical_integer(fields[2]);
  const auto parts = parse_canonical_integer(fields[3]);
  if (fields[0] != kFormat || !micros || !parts || *parts < 0 || *parts > kPartsMax) {
    return std::nullopt;
  }
  return Entry{fields[1], Time{Micros{*micros}}, *parts, text};
}

}  // namespace stagedoor::cache
