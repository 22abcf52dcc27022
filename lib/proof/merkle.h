#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proof/hash.h"

// The Merkle tree of RFC 6962 over the entries of a log, cut into tiles of 256 hashes (C2SP
// tlog-tiles): a hash of level n + 1 stands for a full tile of level n.
namespace stagedoor::proof {

inline constexpr std::int64_t kTileWidth = 256;

Hash leaf_hash(std::string_view entry);
Hash node_hash(const Hash& left, const Hash& right);

// The root over neighbours of one level; that of none is the SHA-256 of nothing.
Hash root_of(std::span<const Hash> hashes);

// All of a growing tree that a further tile changes: of each level above the leaves the hashes that
// do not fill a tile yet. A million leaves leave 8 KiB.
class Frontier {
 public:
  // The next full tile of leaves, by its root.
  void add(const Hash& tile_root);

  // Full tiles of leaves so far.
  [[nodiscard]] std::int64_t tiles() const;

  // The root over the full tiles and the leaves behind them. REQUIRES: fewer than a tile.
  [[nodiscard]] Hash root(std::span<const Hash> leaves) const;

  // The hashes of the last tile of a level, which is not full. REQUIRES: level >= 1.
  [[nodiscard]] std::span<const Hash> last_tile(int level) const;

  // As bytes for the database, and back; nothing for anything that encode() does not write:
  //
  //     frontier = %x01 { level }
  //     level    = count { hash }       count: one byte, fewer than 256; a hash has 32 bytes
  //
  // %x01 is the version; levels from 1 on, of which the last one is not empty.
  [[nodiscard]] std::string encode() const;
  static std::optional<Frontier> decode(std::string_view bytes);

 private:
  std::vector<std::vector<Hash>> levels_;
};

}  // namespace stagedoor::proof
