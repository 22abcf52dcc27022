#pragma once

#include <cstdint>

namespace stagedoor::testing {

// A season that was sold, by multi-row SQL into Installation::shared(): one concert, in whose line
// all were let in, ten at a time. Every user charged once, every other one twice and bought a seat;
// of a hundred one gave it back. In chunks, so that it may grow between two audits.
class Season {
 public:
  static constexpr std::int64_t kChunk = 100'000;  // users

  Season();
  // kChunk users more, and one more date for them. REQUIRES: no chunk of this process is newer.
  void add_chunk();

  // In all chunks.
  [[nodiscard]] std::int64_t tokens() const { return chunks_ * kChunk; }
  [[nodiscard]] std::int64_t charges() const { return tokens() * 3 / 2; }
  [[nodiscard]] std::int64_t payments() const { return tokens() / 2; }

 private:
  std::int64_t chunks_ = 0;
};

}  // namespace stagedoor::testing
