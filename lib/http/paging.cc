#include "http/paging.h"

#include "base/encoding.h"

namespace stagedoor::http {
namespace {

constexpr long long kLimitMax = 100;
constexpr std::size_t kCursorBytesMax = 256;
constexpr char kSeparator = '|';

std::optional<std::vector<std::string>> decode_cursor(std::string_view cursor, std::size_t keys) {
  if (cursor.size() > kCursorBytesMax) return std::nullopt;
  const auto text = parse_base64url(cursor);
  if (!text) return std::nullopt;
  std::vector<std::string> parts;
  std::string_view rest = *text;
  for (;;) {
    const auto end = rest.find(kSeparator);
    parts.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (parts.size() != keys) return std::nullopt;
  return parts;
}

}  // namespace

Outcome<PageRequest> read_page(const Request& request, std::size_t keys) {
  PageRequest page;
  std::vector<FieldError> errors;
  if (const auto limit = request.query("limit")) {
    const auto value = parse_integer(*limit);
    if (value && *value >= 1 && *value <= kLimitMax) {
      page.limit = static_cast<int>(*value);
    } else {
      errors.push_back({"limit", "must be an integer from 1 to 100"});
    }
  }
  if (const auto cursor = request.query("cursor")) {
    page.after = decode_cursor(*cursor, keys);
    if (!page.after) errors.push_back({"cursor", "is not a cursor of this list"});
  }
  if (!errors.empty()) return Refused::fields(std::move(errors));
  return page;
}

std::string encode_cursor(const std::vector<std::string>& keys) {
  std::string text;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) text += kSeparator;
    text += keys[i];
  }
  return to_base64url(text);
}

}  // namespace stagedoor::http
