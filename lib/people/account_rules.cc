#include "people/account_rules.h"

#include <utf8proc.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <memory>
#include <vector>

namespace stagedoor {
namespace {

struct FreeText {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): utf8proc's contract
  void operator()(utf8proc_uint8_t* text) const { std::free(text); }
};

std::vector<utf8proc_int32_t> code_points(std::string_view text) {
  std::vector<utf8proc_int32_t> points;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t point = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(bytes, left, &point);
    if (length <= 0) return {};
    points.push_back(point);
    bytes += length;
    left -= length;
  }
  return points;
}

// Marks, embeddings, overrides and isolates (UAX 9): text behind them reads in another order.
bool turns_direction(utf8proc_int32_t point) {
  return point == 0x061C || point == 0x200E || point == 0x200F ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

bool is_forbidden(utf8proc_int32_t point) {
  switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return turns_direction(point);
  }
}

bool is_unseen(utf8proc_int32_t point) {
  const utf8proc_category_t category = utf8proc_category(point);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_CF;
}

}  // namespace

std::string normalised(std::string_view text) {
  utf8proc_uint8_t* raw = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &raw,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, FreeText> normal(raw);
  assert(size >= 0);
  return {reinterpret_cast<const char*>(normal.get()), static_cast<std::size_t>(size)};
}

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == 0 || at == std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  if (domain.empty() || domain.find('@') != std::string_view::npos) return false;
  if (domain.front() == '.' || domain.back() == '.') return false;
  const auto points = code_points(text);
  return !points.empty() && std::none_of(points.begin(), points.end(), [](utf8proc_int32_t point) {
    return is_forbidden(point) || is_unseen(point);
  });
}

std::string email_key(std::string_view email) {
  std::string key(email);
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return key;
}

bool is_readable(std::string_view text) {
  const auto points = code_points(text);
  return !std::all_of(points.begin(), points.end(), is_unseen) &&
         std::none_of(points.begin(), points.end(), is_forbidden);
}

}  // namespace stagedoor
