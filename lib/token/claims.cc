#include "token/claims.h"

#include <jansson.h>

#include <algorithm>
#include <cmath>

#include "base/encoding.h"

namespace stagedoor::token {
namespace {

constexpr std::int64_t kSecondsMax = 253'402'300'799;  // the end of the year 9999

}  // namespace

void Claims::Free::operator()(json_t* json) const { json_decref(json); }

std::optional<Claims> Claims::parse(std::string_view part) {
  const auto text = parse_base64url(part);
  if (!text) return std::nullopt;
  Claims claims(json_loadb(text->data(), text->size(), JSON_REJECT_DUPLICATES, nullptr));
  if (!json_is_object(claims.object_.get())) return std::nullopt;
  return claims;
}

bool Claims::has(const char* name) const { return json_object_get(object_.get(), name) != nullptr; }

std::optional<std::string> Claims::text(const char* name) const {
  const json_t* value = json_object_get(object_.get(), name);
  if (!json_is_string(value)) return std::nullopt;
  return json_string_value(value);
}

std::optional<std::int64_t> Claims::integer(const char* name) const {
  const json_t* value = json_object_get(object_.get(), name);
  if (!json_is_integer(value)) return std::nullopt;
  return json_integer_value(value);
}

std::optional<Time> Claims::date(const char* name) const {
  const json_t* value = json_object_get(object_.get(), name);
  if (!json_is_number(value) || json_number_value(value) < 0) return std::nullopt;
  if (json_is_integer(value)) return time_of(json_integer_value(value));
  const double seconds = std::min(json_real_value(value), static_cast<double>(kSecondsMax));
  return Time{Micros{std::llround(seconds * 1e6)}};
}

std::vector<std::string> Claims::texts(const char* name) const {
  std::vector<std::string> all;
  if (auto one = text(name)) all.push_back(std::move(*one));
  const json_t* list = json_object_get(object_.get(), name);
  for (std::size_t i = 0; i < json_array_size(list); ++i) {
    const json_t* item = json_array_get(list, i);
    if (json_is_string(item)) all.emplace_back(json_string_value(item));
  }
  return all;
}

Time time_of(std::int64_t seconds) {
  return Time{std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, kSecondsMax)}};
}

}  // namespace stagedoor::token
