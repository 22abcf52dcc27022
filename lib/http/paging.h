#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "http/request.h"

// Pages of lists. Where a list goes on, a client sees as one opaque text:
//
//     cursor  = base64url without padding of  version { "|" key }
//     version = "1"
//     key     = integer | UUID | YYYY-MM-DD hh:mm:ss.ffffff
//
// The keys are the sort keys of the last item. A cursor is accepted only as it was written.
namespace stagedoor::http {

template <typename... Keys>
struct PageRequest {
  int limit = 20;
  std::optional<std::tuple<Keys...>> after = {};
};

namespace internal {

std::string write_keys(const std::vector<std::string>& keys);
// Empty unless there are as many keys as wanted.
std::vector<std::string> read_keys(std::string_view cursor, std::size_t count);
void read_limit(const Request& request, int& limit, std::vector<FieldError>& errors);

std::string write_key(std::int64_t key);
std::string write_key(Time key);
template <typename Kind>
std::string write_key(Id<Kind> key) {
  return key.text();
}
template <typename Kind>
std::string write_key(Number<Kind> key) {
  return write_key(key.value);
}

bool read_key(std::string_view text, std::int64_t& key);
bool read_key(std::string_view text, Time& key);
template <typename Kind>
bool read_key(std::string_view text, Id<Kind>& key) {
  const auto parsed = Id<Kind>::parse(text);
  key = parsed.value_or(key);
  return parsed.has_value();
}
template <typename Kind>
bool read_key(std::string_view text, Number<Kind>& key) {
  return read_key(text, key.value);
}

}  // namespace internal

template <typename... Keys>
std::string encode_cursor(const Keys&... keys) {
  return internal::write_keys({internal::write_key(keys)...});
}

template <typename... Keys>
std::optional<std::tuple<Keys...>> decode_cursor(std::string_view cursor) {
  const auto texts = internal::read_keys(cursor, sizeof...(Keys));
  if (texts.empty()) return std::nullopt;
  std::tuple<Keys...> keys;
  const bool are_keys =
      std::apply([text = texts.begin()](
                     Keys&... key) mutable { return (internal::read_key(*text++, key) && ...); },
                 keys);
  if (!are_keys || std::apply(encode_cursor<Keys...>, keys) != cursor) return std::nullopt;
  return keys;
}

// Reads ?limit= and ?cursor= of a list that is sorted by these keys.
template <typename... Keys>
Outcome<PageRequest<Keys...>> read_page(const Request& request) {
  PageRequest<Keys...> page;
  std::vector<FieldError> errors;
  internal::read_limit(request, page.limit, errors);
  if (const auto cursor = request.query("cursor")) {
    page.after = decode_cursor<Keys...>(*cursor);
    if (!page.after) errors.push_back({"cursor", "is not a cursor of this list"});
  }
  if (!errors.empty()) return Refused::fields(std::move(errors));
  return page;
}

}  // namespace stagedoor::http
