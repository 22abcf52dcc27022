#pragma once

#include <cstdint>

namespace stagedoor::testing {

// A season that was sold, by multi-row SQL into Installation::shared(): one concert, in whose line
// all were let in, ten at a time. Every user charged once, every other one twice and bought a seat;
// of a hundred one gave it back. It may grow between two audits.
class Season {
 public:
  static constexpr std::int64_t kChunk = 100'000;  // users

  // The one of the shared installation.
  static Season& shared();
  // In chunks, each with one more date, until so many were let in.
  void grow_to(std::int64_t tokens);

  [[nodiscard]] std::int64_t tokens() const { return chunks_ * kChunk; }
  [[nodiscard]] std::int64_t charges() const { return tokens() * 3 / 2; }
  [[nodiscard]] std::int64_t payments() const { return tokens() / 2; }

 private:
  Season();
  void add_chunk();

  std::int64_t chunks_ = 0;
};

}  // namespace stagedoor::testing
