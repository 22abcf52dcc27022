#pragma once

#include <cstdint>

#include "base/id.h"
#include "proof/hash.h"

namespace stagedoor::proof {

// More than that join no line.
inline constexpr std::int64_t kEntriesMax = 1'000'000'000;

// The order that a draw gives to the entries 1 to `entries`: a permutation that is computed from
// the seed, entry by entry, and stored nowhere. docs/fairness.md defines it, /verify/draw.py
// computes it too. An entry behind them keeps its number as its place.
class DrawOrder {
 public:
  // REQUIRES: 0 <= entries <= kEntriesMax.
  DrawOrder(const Hash& seed, std::int64_t entries);

  [[nodiscard]] Place place_of(Entry entry) const;
  [[nodiscard]] Entry entry_at(Place place) const;

  [[nodiscard]] const Hash& seed() const { return seed_; }
  [[nodiscard]] std::int64_t entries() const { return entries_; }

 private:
  [[nodiscard]] std::uint64_t round_value(unsigned char round, std::uint64_t half) const;
  [[nodiscard]] std::uint64_t forward(std::uint64_t index) const;
  [[nodiscard]] std::uint64_t backward(std::uint64_t index) const;

  Hash seed_;
  std::int64_t entries_;
  // The entries lie in a grid of this many rows and columns, of which fewer cells than one row are
  // too many.
  std::uint64_t rows_ = 1;
  std::uint64_t columns_ = 1;
};

}  // namespace stagedoor::proof
