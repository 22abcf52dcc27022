#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "token/digest.h"
#include "token/public_key.h"

namespace stagedoor::token {

enum class Role { kUser, kAdmin };

std::string_view role_name(Role role);
std::optional<Role> parse_role(std::string_view name);

// Who sends a request, and with which token.
struct Identity {
  UserId user_id;
  Role role = Role::kUser;
  Time issued_at = {};  // of a token that does not say: before all times
  Time expires_at = {};
  SessionKey key = {};
};

// The public keys of an outside identity provider by their `kid`.
using PublicKeys = std::map<std::string, PublicKey, std::less<>>;

// Signs and verifies access tokens (JWT). Either the installation signs its own, HS256 with its own
// secret, or they come from an outside identity provider, RS256 or ES256 with the key that `kid`
// names. Any other algorithm, none included, is refused whatever the header of the token asks for.
class AccessTokens {
 public:
  // Its own. REQUIRES: a secret at least; the first signs, all of them verify.
  explicit AccessTokens(std::vector<std::string> secrets);
  // Of an identity provider. REQUIRES: a key at least.
  explicit AccessTokens(PublicKeys keys) : keys_(std::move(keys)) {}

  [[nodiscard]] bool can_sign() const { return !secrets_.empty(); }
  // A token with this user, role and times. REQUIRES: can_sign()
  [[nodiscard]] std::string sign(const Identity& identity) const;

  // Nothing when the signature, the algorithm, `exp`, `nbf`, `iat`, `sub` or `role` is not right.
  [[nodiscard]] std::optional<Identity> verify(std::string_view token, Time now) const;

 private:
  // Of a token that sign() did not make.
  [[nodiscard]] std::optional<Identity> read_foreign_form(std::string_view token, Time now) const;

  std::vector<std::string> secrets_;
  std::vector<HmacKey> own_keys_;  // of the secrets
  PublicKeys keys_;
};

}  // namespace stagedoor::token
