#include "endpoint/access_token.h"

namespace stagedoor {
namespace {

// The access token of `Authorization: Bearer <token>`.
std::string_view bearer_token(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char lower = header[i] == ' ' ? ' ' : static_cast<char>(header[i] | 0x20);
    if (lower != kScheme[i]) return {};
  }
  header.remove_prefix(kScheme.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  return header;
}

}  // namespace

Outcome<token::Identity> read_access_token(const http::Request& request, const Services& services) {
  const auto identity = services.access_tokens.verify(
      bearer_token(request.param("HTTP_AUTHORIZATION")), system_now());
  if (!identity) return Refused{Refusal::kUnauthenticated};
  return *identity;
}

}  // namespace stagedoor
