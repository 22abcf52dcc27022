#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace stagedoor::token {

// SHA-256, 32 bytes.
std::string sha256(std::string_view text);

// HMAC-SHA256 with one key, prepared once: looking up the algorithm costs more than the HMAC
// itself.
class HmacKey {
 public:
  static constexpr std::size_t kMacBytes = 32;

  explicit HmacKey(std::string_view secret);
  ~HmacKey();
  HmacKey(HmacKey&&) noexcept;
  HmacKey(const HmacKey&) = delete;
  HmacKey& operator=(const HmacKey&) = delete;
  HmacKey& operator=(HmacKey&&) = delete;

  [[nodiscard]] std::string mac(std::string_view text) const;
  // Compares in constant time.
  [[nodiscard]] bool signs(std::string_view text, std::string_view mac) const;

 private:
  class Context;
  std::unique_ptr<Context> context_;
};

}  // namespace stagedoor::token
