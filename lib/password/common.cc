#include <algorithm>
#include <iterator>
#include <string_view>

#include "password/password.h"

namespace stagedoor::password {
namespace {

constexpr std::string_view kCommon[] = {
#include "password/common_passwords.def"
};
static_assert(std::is_sorted(std::begin(kCommon), std::end(kCommon)));

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

bool is_common(std::string password) {
  std::transform(password.begin(), password.end(), password.begin(), lower);
  return std::binary_search(std::begin(kCommon), std::end(kCommon), password);
}

}  // namespace stagedoor::password
