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

// What tokens of the provider must say to be for this installation, and which values of which claim
// give a role; without a claim all are users.
struct IdentityRules {
  std::string issuer;
  std::string audience;
  std::string role_claim = {};
  std::map<std::string, Role, std::less<>> roles = {};
};

// Signs and verifies access tokens (JWT). Either the installation signs its own, HS256 with its own
// secret, or they come from an outside identity provider, RS256 or ES256 with the key that `kid`
// names. Any other algorithm, none included, is refused whatever the header of the token asks for.
class AccessTokens {
 public:
  // Its own. REQUIRES: a secret at least; the first signs, all of them verify.
  explicit AccessTokens(const std::vector<std::string>& secrets);
  // Of an identity provider. REQUIRES: a key at least.
  AccessTokens(PublicKeys keys, IdentityRules rules)
      : keys_(std::move(keys)), rules_(std::move(rules)) {}

  [[nodiscard]] bool can_sign() const { return !own_keys_.empty(); }
  // A token with this user, role and times. REQUIRES: can_sign()
  [[nodiscard]] std::string sign(const Identity& identity) const;

  // Nothing when the signature, the algorithm, `exp`, `nbf`, `iat`, `sub` or `role` is not right,
  // or a name is there twice; of a provider's also `iss`, `aud`, or an `exp` more than a day ahead.
  [[nodiscard]] std::optional<Identity> verify(std::string_view token, Time now) const;

 private:
  [[nodiscard]] std::optional<Identity> verify_own(std::string_view token, Time now) const;
  [[nodiscard]] std::optional<Identity> verify_foreign(std::string_view token, Time now) const;

  std::vector<HmacKey> own_keys_;
  PublicKeys keys_;
  IdentityRules rules_;
};

}  // namespace stagedoor::token
