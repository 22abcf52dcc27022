#include "fastcgi/request_bytes.h"

#include <cstddef>
#include <cstdint>

namespace stagedoor::fastcgi {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kBeginBytes = 8;
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kBegin = 1;
constexpr std::uint8_t kParams = 4;
constexpr std::uint8_t kStdin = 5;

struct Header {
  std::uint8_t version;
  std::uint8_t type;
  std::size_t id;
  std::size_t content_bytes;
  std::size_t padding_bytes;
};

// REQUIRES: at least kHeaderBytes.
Header read_header(std::string_view bytes) {
  const auto byte = [bytes](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
  const auto number = [&](std::size_t at) { return std::size_t{byte(at)} * 256 + byte(at + 1); };
  return {byte(0), byte(1), number(2), number(4), byte(6)};
}

}  // namespace

Arrival arrival_of(std::string_view bytes) {
  std::uint8_t expected = kBegin;
  std::size_t id = 0;
  while (bytes.size() >= kHeaderBytes) {
    const Header header = read_header(bytes);
    if (expected == kBegin) id = header.id;
    if (header.version != kVersion || header.type != expected || header.id != id || id == 0 ||
        (expected == kBegin && header.content_bytes != kBeginBytes)) {
      return Arrival::kMalformed;
    }
    const std::size_t record_bytes = kHeaderBytes + header.content_bytes + header.padding_bytes;
    if (bytes.size() < record_bytes) return Arrival::kPartial;
    bytes.remove_prefix(record_bytes);
    if (expected == kStdin && header.content_bytes == 0) return Arrival::kWhole;
    if (expected == kBegin) {
      expected = kParams;
    } else if (header.content_bytes == 0) {
      expected = kStdin;
    }
  }
  return Arrival::kPartial;
}

}  // namespace stagedoor::fastcgi
