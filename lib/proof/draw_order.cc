#include "proof/draw_order.h"

#include <array>
#include <cassert>

namespace stagedoor::proof {
namespace {

constexpr unsigned char kRounds = 20;
constexpr std::size_t kIntegerBytes = 8;

}  // namespace

DrawOrder::DrawOrder(const Hash& seed, std::int64_t entries) : seed_(seed), entries_(entries) {
  assert(entries >= 0 && entries <= kEntriesMax);
  const auto count = static_cast<std::uint64_t>(entries);
  while (rows_ * rows_ < count) ++rows_;
  if (count > 0) columns_ = (count + rows_ - 1) / rows_;
}

Place DrawOrder::place_of(Entry entry) const {
  if (entry.value < 1 || entry.value > entries_) return Place{entry.value};
  const auto count = static_cast<std::uint64_t>(entries_);
  std::uint64_t index = forward(static_cast<std::uint64_t>(entry.value - 1));
  while (index >= count) index = forward(index);
  return Place{static_cast<std::int64_t>(index) + 1};
}

Entry DrawOrder::entry_at(Place place) const {
  if (place.value < 1 || place.value > entries_) return Entry{place.value};
  const auto count = static_cast<std::uint64_t>(entries_);
  std::uint64_t index = backward(static_cast<std::uint64_t>(place.value - 1));
  while (index >= count) index = backward(index);
  return Entry{static_cast<std::int64_t>(index) + 1};
}

std::uint64_t DrawOrder::round_value(unsigned char round, std::uint64_t half) const {
  std::array<char, Hash{}.size() + 1 + kIntegerBytes> bytes{};
  bytes_of(seed_).copy(bytes.data(), seed_.size());
  std::size_t end = seed_.size();
  bytes[end++] = static_cast<char>(round);
  for (int shift = 56; shift >= 0; shift -= 8) bytes[end++] = static_cast<char>(half >> shift);
  const Hash hash = sha256({bytes.data(), bytes.size()});
  return static_cast<std::uint64_t>(read_integer(bytes_of(hash)));
}

// A Feistel network over the grid: each round moves the cells of a column down, all by one
// distance, or those of a row to the right.
std::uint64_t DrawOrder::forward(std::uint64_t index) const {
  std::uint64_t row = index / columns_;
  std::uint64_t column = index % columns_;
  for (unsigned char round = 0; round < kRounds; ++round) {
    if (round % 2 == 0) {
      row = (row + round_value(round, column) % rows_) % rows_;
    } else {
      column = (column + round_value(round, row) % columns_) % columns_;
    }
  }
  return row * columns_ + column;
}

std::uint64_t DrawOrder::backward(std::uint64_t index) const {
  std::uint64_t row = index / columns_;
  std::uint64_t column = index % columns_;
  for (unsigned char round = kRounds; round-- > 0;) {
    if (round % 2 == 0) {
      row = (row + rows_ - round_value(round, column) % rows_) % rows_;
    } else {
      column = (column + columns_ - round_value(round, row) % columns_) % columns_;
    }
  }
  return row * columns_ + column;
}

}  // namespace stagedoor::proof
