#include "line/token_record_rules.h"

#include <algorithm>
#include <cstdint>

#include "base/encoding.h"

namespace stagedoor {
namespace {

constexpr std::string_view kVersion = "1";
constexpr std::string_view kNothing = "-";

// Takes what is in front of the next blank.
std::string_view take(std::string_view& rest) {
  const std::string_view field = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(rest.size(), field.size() + 1));
  return field;
}

// False when the field is neither nothing nor a number from `min` to `max`.
bool read(std::string_view field, std::optional<long long>& value, long long min, long long max) {
  if (field == kNothing) return true;
  value = parse_canonical_integer(field);
  return value && *value >= min && *value <= max;
}

}  // namespace

std::string encode_record(const TokenRecord& record) {
  std::string text(kVersion);
  text += " " + std::to_string(static_cast<int>(record.stored));
  for (const auto& time :
       {record.admitted_at, record.claimed_at, record.active_until, record.held_until}) {
    text += " " + (time ? std::to_string(time->time_since_epoch().count()) : std::string(kNothing));
  }
  text += " " + (record.reason ? std::to_string(static_cast<int>(*record.reason))
                               : std::string(kNothing));
  return text;
}

std::optional<TokenRecord> decode_record(std::string_view text) {
  if (text.ends_with(' ') || take(text) != kVersion) return std::nullopt;
  std::optional<long long> stored;
  if (!read(take(text), stored, 0, static_cast<int>(TokenRecord::Stored::kExpired)) || !stored) {
    return std::nullopt;
  }
  TokenRecord record{.stored = static_cast<TokenRecord::Stored>(*stored)};
  for (auto* time :
       {&record.admitted_at, &record.claimed_at, &record.active_until, &record.held_until}) {
    std::optional<long long> micros;
    if (!read(take(text), micros, INT64_MIN, INT64_MAX)) return std::nullopt;
    if (micros) *time = Time{Micros{*micros}};
  }
  std::optional<long long> reason;
  if (!read(take(text), reason, 0, static_cast<int>(EndReason::kRevoked)) || !text.empty()) {
    return std::nullopt;
  }
  if (reason) record.reason = static_cast<EndReason>(*reason);
  return record;
}

}  // namespace stagedoor
