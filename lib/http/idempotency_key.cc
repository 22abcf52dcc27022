#include "http/idempotency_key.h"

#include <algorithm>

namespace stagedoor::http {
namespace {

constexpr std::size_t kKeyBytesMax = 255;

bool is_visible_ascii(char c) { return c > ' ' && c <= '~'; }

}  // namespace

std::optional<std::string> parse_idempotency_key(std::string_view header) {
  // A structured field's string ("...") stands for its content.
  if (header.size() >= 2 && header.front() == '"' && header.back() == '"') {
    header = header.substr(1, header.size() - 2);
  }
  if (header.empty() || header.size() > kKeyBytesMax) return std::nullopt;
  if (!std::all_of(header.begin(), header.end(), is_visible_ascii)) return std::nullopt;
  return std::string(header);
}

}  // namespace stagedoor::http
