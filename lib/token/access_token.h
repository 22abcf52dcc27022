#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"

namespace stagedoor::token {

enum class Role { kUser, kAdmin };

std::string_view role_name(Role role);
std::optional<Role> parse_role(std::string_view name);

// Who sends a request.
struct Identity {
  UserId user_id;
  Role role = Role::kUser;
};

// Signs and verifies access tokens: JWT, HS256, with the installation's own secret. Any other
// algorithm, none included, is refused whatever the header of the token asks for.
class AccessTokens {
 public:
  explicit AccessTokens(std::string secret) : secret_(std::move(secret)) {}

  [[nodiscard]] std::string sign(const Identity& identity, Time expires_at) const;

  // Nothing when the signature, the algorithm, `exp`, `nbf`, `sub` or `role` is not right.
  [[nodiscard]] std::optional<Identity> verify(std::string_view token, Time now) const;

 private:
  std::string secret_;
};

}  // namespace stagedoor::token
