#include "people/account_rules.h"

#include <algorithm>

namespace stagedoor {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == 0 || at == std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  if (domain.empty() || domain.find('@') != std::string_view::npos) return false;
  if (domain.front() == '.' || domain.back() == '.') return false;
  return std::none_of(text.begin(), text.end(), [](char c) { return c == ' ' || is_control(c); });
}

std::string email_key(std::string_view email) {
  std::string key(email);
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return key;
}

bool is_readable(std::string_view text) {
  const bool only_blanks = std::all_of(text.begin(), text.end(), [](char c) { return c == ' '; });
  return !only_blanks && std::none_of(text.begin(), text.end(), is_control);
}

}  // namespace stagedoor
