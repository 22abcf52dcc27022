#include "token/link_token.h"

#include <algorithm>

#include "base/encoding.h"

namespace stagedoor::token {
namespace {

// No access token, which the same keys sign, begins like this.
std::string signed_text(const LinkId& id) { return "link\n" + std::string(id.bytes()); }

}  // namespace

LinkTokens::LinkTokens(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) keys_.emplace_back(key);
}

std::string LinkTokens::sign(const LinkId& id) const {
  return to_base64url(std::string(id.bytes()) + keys_.front().mac(signed_text(id)));
}

std::optional<LinkId> LinkTokens::verify(std::string_view token) const {
  const auto bytes = parse_base64url(token);
  if (!bytes || bytes->size() != LinkId::kBytes + HmacKey::kMacBytes) return std::nullopt;
  const LinkId id = LinkId::from_bytes(*bytes);
  const std::string_view mac = std::string_view(*bytes).substr(LinkId::kBytes);
  const auto signs = [&](const HmacKey& key) { return key.signs(signed_text(id), mac); };
  if (std::none_of(keys_.begin(), keys_.end(), signs)) return std::nullopt;
  return id;
}

}  // namespace stagedoor::token
