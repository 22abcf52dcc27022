#include "proof/tile_path.h"

#include <algorithm>

#include "base/encoding.h"
#include "proof/merkle.h"

namespace stagedoor::proof {
namespace {

constexpr int kLevelMax = 63;
constexpr std::size_t kGroupDigits = 3;
// A thousand million tiles: 256 thousand million joins.
constexpr std::size_t kGroupsMax = 3;

// Takes what is in front of the next slash.
std::string_view take(std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find('/'));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

// The groups up to the one without an x.
std::optional<std::int64_t> read_index(std::string_view& rest) {
  std::int64_t index = 0;
  for (std::size_t groups = 1; groups <= kGroupsMax; ++groups) {
    std::string_view group = take(rest);
    const bool goes_on = group.starts_with('x');
    if (goes_on) group.remove_prefix(1);
    if (group.size() != kGroupDigits) return std::nullopt;
    if (group.find_first_not_of("0123456789") != group.npos) return std::nullopt;
    for (const char digit : group) index = index * 10 + (digit - '0');
    if (groups == 1 && goes_on && index == 0) return std::nullopt;
    if (!goes_on) return index;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Tile> parse_tile_path(std::string_view path) {
  constexpr std::string_view kPartial = ".p/";
  Tile tile{.width = kTileWidth};
  if (const auto partial = path.find(kPartial); partial != path.npos) {
    const auto width = parse_integer(path.substr(partial + kPartial.size()));
    if (!width || *width < 1 || *width >= kTileWidth) return std::nullopt;
    tile.width = *width;
    path = path.substr(0, partial);
  }
  if (path.ends_with('/')) return std::nullopt;
  const std::string_view level = take(path);
  tile.is_entries = level == "entries";
  const auto number = tile.is_entries ? 0 : parse_integer(level);
  if (!number || *number < 0 || *number > kLevelMax) return std::nullopt;
  tile.level = static_cast<int>(*number);
  const auto index = read_index(path);
  if (!index || !path.empty()) return std::nullopt;
  tile.index = *index;
  return tile;
}

}  // namespace stagedoor::proof
