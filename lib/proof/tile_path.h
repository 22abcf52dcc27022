#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace stagedoor::proof {

// A tile of a log: the hashes of a level, or the entries below level 0.
struct Tile {
  bool is_entries = false;
  int level = 0;
  std::int64_t index = 0;
  std::int64_t width = 0;  // how many of it, 256 of a full one
};

// What stands behind `tile/` in the address of one (C2SP tlog-tiles):
//
//     path  = level "/" index [ ".p/" width ]
//     level = "entries" | integer             from 0 to 63
//     index = { "x" 3DIGIT "/" } 3DIGIT       in as few groups as it takes
//     width = integer                         from 1 to 255
std::optional<Tile> parse_tile_path(std::string_view path);

}  // namespace stagedoor::proof
