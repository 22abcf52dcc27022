#include "token/access_token.h"

#include <jwt.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "base/encoding.h"

namespace stagedoor::token {
namespace {

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

std::int64_t seconds_of(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

struct FreeText {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): libjwt's contract
  void operator()(char* text) const { std::free(text); }
};
using Text = std::unique_ptr<char, FreeText>;

// A claim that is there and a whole number. jwt_get_grant_int() reads any other type as 0.
std::optional<std::int64_t> integer_claim(jwt_t* jwt, const char* name) {
  const Text json(jwt_get_grants_json(jwt, name));
  if (json == nullptr) return std::nullopt;
  return parse_integer(json.get());
}

bool has_claim(jwt_t* jwt, const char* name) {
  return Text(jwt_get_grants_json(jwt, name)) != nullptr;
}

// The token if this key signed it with this algorithm.
Jwt decode(const std::string& token, std::string_view key, jwt_alg_t algorithm) {
  jwt_t* raw = nullptr;
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  const int failed = jwt_decode(&raw, token.c_str(), bytes, static_cast<int>(key.size()));
  Jwt jwt(raw);
  return failed == 0 && jwt_get_alg(jwt.get()) == algorithm ? std::move(jwt) : nullptr;
}

Jwt decode_own(const std::string& token, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (Jwt jwt = decode(token, secret, JWT_ALG_HS256)) return jwt;
  }
  return nullptr;
}

// Before anything is verified only `kid` and `alg` are looked at. libjwt would take the bytes of a
// public key for a secret if the header said HS256, so that the key's own algorithm comes first.
Jwt decode_foreign(const std::string& token, const PublicKeys& keys) {
  jwt_t* raw = nullptr;
  const int failed = jwt_decode(&raw, token.c_str(), nullptr, 0);
  const Jwt unverified(raw);
  if (failed != 0) return nullptr;
  const char* kid = jwt_get_header(unverified.get(), "kid");
  const char* algorithm = jwt_get_header(unverified.get(), "alg");
  if (kid == nullptr || algorithm == nullptr) return nullptr;
  // RFC 7515: what is critical must be understood, and none of it is.
  if (Text(jwt_get_headers_json(unverified.get(), "crit")) != nullptr) return nullptr;
  const auto key = keys.find(std::string_view(kid));
  if (key == keys.end() || key->second.algorithm_name() != algorithm) return nullptr;
  return decode(
      token, key->second.pem(),
      key->second.algorithm() == PublicKey::Algorithm::kRs256 ? JWT_ALG_RS256 : JWT_ALG_ES256);
}

bool is_in_force(jwt_t* jwt, Time now) {
  const auto expires_s = integer_claim(jwt, "exp");
  if (!expires_s || *expires_s <= seconds_of(now)) return false;
  if (!has_claim(jwt, "nbf")) return true;
  const auto not_before_s = integer_claim(jwt, "nbf");
  return not_before_s && *not_before_s <= seconds_of(now);
}

// A token as sign() makes it: most are, and reading only this one form costs a tenth.
constexpr std::string_view kOwnHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

// Takes `expected` from the front of `rest`.
bool take(std::string_view& rest, std::string_view expected) {
  if (!rest.starts_with(expected)) return false;
  rest.remove_prefix(expected.size());
  return true;
}

std::string_view take_until(std::string_view& rest, char end) {
  const std::string_view taken = rest.substr(0, rest.find(end));
  rest.remove_prefix(taken.size());
  return taken;
}

struct OwnClaims {
  std::int64_t expires_s = 0;
  Identity identity;
};

// The claims of {"exp":1795326277,"role":"user","sub":"01a1fca2-..."}, and of nothing else.
std::optional<OwnClaims> read_own_claims(std::string_view json) {
  if (!take(json, R"({"exp":)")) return std::nullopt;
  const auto expires_s = parse_integer(take_until(json, ','));
  if (!take(json, R"(,"role":")")) return std::nullopt;
  const auto role = parse_role(take_until(json, '"'));
  if (!take(json, R"(","sub":")")) return std::nullopt;
  const auto user_id = UserId::parse(take_until(json, '"'));
  if (json != R"("})" || !expires_s || !role || !user_id) return std::nullopt;
  return OwnClaims{*expires_s, {*user_id, *role}};
}

// Nothing when none of the keys signed it or it is not of this form.
std::optional<OwnClaims> read_own_token(const std::vector<HmacKey>& keys, std::string_view token) {
  const auto dot = token.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view text = token.substr(0, dot);
  std::string_view claims = text;
  if (!take(claims, kOwnHeader) || !take(claims, ".")) return std::nullopt;
  const auto mac = parse_base64url(token.substr(dot + 1));
  const auto json = parse_base64url(claims);
  if (!mac || !json) return std::nullopt;
  const auto signs = [&](const HmacKey& key) { return key.signs(text, *mac); };
  if (std::none_of(keys.begin(), keys.end(), signs)) return std::nullopt;
  return read_own_claims(*json);
}

}  // namespace

std::string_view role_name(Role role) { return role == Role::kAdmin ? "admin" : "user"; }

std::optional<Role> parse_role(std::string_view name) {
  if (name == "user") return Role::kUser;
  if (name == "admin") return Role::kAdmin;
  return std::nullopt;
}

AccessTokens::AccessTokens(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
  for (const std::string& secret : secrets_) own_keys_.emplace_back(secret);
}

std::string AccessTokens::sign(const Identity& identity, Time expires_at) const {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) throw std::runtime_error("no memory for an access token");
  const Jwt jwt(raw);
  const std::string& secret = secrets_.front();
  const auto* key = reinterpret_cast<const unsigned char*>(secret.data());
  jwt_set_alg(jwt.get(), JWT_ALG_HS256, key, static_cast<int>(secret.size()));
  jwt_add_grant(jwt.get(), "sub", identity.user_id.text().c_str());
  jwt_add_grant(jwt.get(), "role", std::string(role_name(identity.role)).c_str());
  jwt_add_grant_int(jwt.get(), "exp", seconds_of(expires_at));
  const Text encoded(jwt_encode_str(jwt.get()));
  if (encoded == nullptr) throw std::runtime_error("an access token could not be signed");
  return encoded.get();
}

std::optional<Identity> AccessTokens::verify(std::string_view token, Time now) const {
  if (token.find('\0') != std::string_view::npos) return std::nullopt;
  if (const auto own = read_own_token(own_keys_, token)) {
    if (own->expires_s <= seconds_of(now)) return std::nullopt;
    return own->identity;
  }
  const std::string text(token);
  const Jwt jwt = keys_.empty() ? decode_own(text, secrets_) : decode_foreign(text, keys_);
  if (jwt == nullptr) return std::nullopt;
  if (!is_in_force(jwt.get(), now)) return std::nullopt;

  const char* subject = jwt_get_grant(jwt.get(), "sub");
  const auto user_id = subject == nullptr ? std::nullopt : UserId::parse(subject);
  if (!user_id) return std::nullopt;
  if (!has_claim(jwt.get(), "role")) return Identity{*user_id, Role::kUser};
  const char* role_text = jwt_get_grant(jwt.get(), "role");
  const auto role = role_text == nullptr ? std::nullopt : parse_role(role_text);
  if (!role) return std::nullopt;
  return Identity{*user_id, *role};
}

}  // namespace stagedoor::token
