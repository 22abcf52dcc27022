#include "base/id.h"

#include <sys/random.h>

#include <stdexcept>

#include "base/clock.h"
#include "base/encoding.h"

namespace stagedoor::internal {
namespace {

constexpr std::array<std::size_t, 4> kDashes = {8, 13, 18, 23};

}  // namespace

std::array<char, 16> make_uuid() {
  std::array<char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("the kernel gave no random bytes");
  }
  // RFC 9562 version 7: 48 bits of Unix milliseconds in front.
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(system_now().time_since_epoch())
          .count();
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<char>(ms >> (40 - 8 * i));
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x70);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  return bytes;
}

std::optional<std::array<char, 16>> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  std::size_t start = 0;
  for (const std::size_t dash : kDashes) {
    if (text[dash] != '-') return std::nullopt;
    digits += text.substr(start, dash - start);
    start = dash + 1;
  }
  digits += text.substr(start);
  const auto raw = parse_hex(digits);
  if (!raw) return std::nullopt;
  std::array<char, 16> bytes{};
  raw->copy(bytes.data(), bytes.size());
  return bytes;
}

std::string uuid_text(const std::array<char, 16>& bytes) {
  std::string text = to_hex({bytes.data(), bytes.size()});
  for (const std::size_t dash : kDashes) text.insert(dash, 1, '-');
  return text;
}

}  // namespace stagedoor::internal
