#include "proof/merkle.h"

#include <bit>

namespace stagedoor::proof {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHashBytes = Hash{}.size();
constexpr auto kWidth = static_cast<std::size_t>(kTileWidth);

}  // namespace

Hash leaf_hash(std::string_view entry) {
  std::string bytes(1, '\0');
  return sha256(bytes.append(entry));
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<char, 1 + 2 * kHashBytes> bytes{1};
  bytes_of(left).copy(&bytes[1], kHashBytes);
  bytes_of(right).copy(&bytes[1 + kHashBytes], kHashBytes);
  return sha256({bytes.data(), bytes.size()});
}

Hash root_of(std::span<const Hash> hashes) {
  if (hashes.empty()) return sha256("");
  if (hashes.size() == 1) return hashes[0];
  const std::size_t left = std::bit_ceil(hashes.size()) / 2;
  return node_hash(root_of(hashes.first(left)), root_of(hashes.subspan(left)));
}

void Frontier::add(const Hash& tile_root) {
  Hash root = tile_root;
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    auto& hashes = levels_[level];
    hashes.push_back(root);
    if (hashes.size() < kWidth) return;
    root = root_of(hashes);
    hashes.clear();
  }
}

std::int64_t Frontier::tiles() const {
  std::int64_t count = 0;
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    count = count * kTileWidth + static_cast<std::int64_t>(level->size());
  }
  return count;
}

// A tile that is not full stands for one hash more of the level above it.
Hash Frontier::root(std::span<const Hash> leaves) const {
  std::optional<Hash> below;
  if (!leaves.empty()) below = root_of(leaves);
  for (const auto& level : levels_) {
    std::vector<Hash> hashes = level;
    if (below) hashes.push_back(*below);
    if (!hashes.empty()) below = root_of(hashes);
  }
  return below.value_or(root_of({}));
}

std::span<const Hash> Frontier::last_tile(int level) const {
  const auto index = static_cast<std::size_t>(level - 1);
  if (index >= levels_.size()) return {};
  return levels_[index];
}

std::string Frontier::encode() const {
  std::string bytes(1, kVersion);
  for (const auto& level : levels_) {
    bytes += static_cast<char>(level.size());
    for (const Hash& hash : level) bytes += bytes_of(hash);
  }
  return bytes;
}

std::optional<Frontier> Frontier::decode(std::string_view bytes) {
  if (bytes.empty() || bytes[0] != kVersion) return std::nullopt;
  Frontier frontier;
  for (bytes.remove_prefix(1); !bytes.empty();) {
    const std::size_t count = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    if (bytes.size() < count * kHashBytes) return std::nullopt;
    auto& level = frontier.levels_.emplace_back();
    for (std::size_t i = 0; i < count; ++i) {
      level.push_back(hash_from(bytes.substr(0, kHashBytes)));
      bytes.remove_prefix(kHashBytes);
    }
  }
  const bool ends_in_hashes = frontier.levels_.empty() || !frontier.levels_.back().empty();
  if (!ends_in_hashes) return std::nullopt;
  return frontier;
}

}  // namespace stagedoor::proof
