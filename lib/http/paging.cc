#include "http/paging.h"

#include "base/encoding.h"

namespace stagedoor::http::internal {
namespace {

constexpr long long kLimitMax = 100;
constexpr std::size_t kCursorBytesMax = 256;
constexpr std::string_view kVersion = "1";
constexpr char kSeparator = '|';

}  // namespace

std::string write_keys(const std::vector<std::string>& keys) {
  std::string text(kVersion);
  for (const std::string& key : keys) (text += kSeparator) += key;
  return to_base64url(text);
}

std::vector<std::string> read_keys(std::string_view cursor, std::size_t count) {
  if (cursor.size() > kCursorBytesMax) return {};
  const auto text = parse_base64url(cursor);
  if (!text || !text->starts_with(kVersion)) return {};
  std::string_view rest = std::string_view(*text).substr(kVersion.size());
  std::vector<std::string> keys;
  while (rest.starts_with(kSeparator)) {
    rest.remove_prefix(1);
    keys.emplace_back(rest.substr(0, rest.find(kSeparator)));
    rest.remove_prefix(keys.back().size());
  }
  if (!rest.empty() || keys.size() != count) return {};
  return keys;
}

void read_limit(const Request& request, int& limit, std::vector<FieldError>& errors) {
  const auto text = request.query("limit");
  if (!text) return;
  const auto value = parse_integer(*text);
  if (value && *value >= 1 && *value <= kLimitMax) {
    limit = static_cast<int>(*value);
  } else {
    errors.push_back({"limit", "must be an integer from 1 to 100"});
  }
}

std::string write_key(std::int64_t key) { return std::to_string(key); }
std::string write_key(Time key) { return to_sql(key); }

bool read_key(std::string_view text, std::int64_t& key) {
  const auto parsed = parse_integer(text);
  key = parsed.value_or(key);
  return parsed.has_value();
}

bool read_key(std::string_view text, Time& key) {
  const auto parsed = parse_sql(text);
  key = parsed.value_or(key);
  return parsed.has_value();
}

}  // namespace stagedoor::http::internal
