#include "token/access_token.h"

#include <jwt.h>

#include <algorithm>
#include <memory>

#include "base/encoding.h"
#include "token/claims.h"

namespace stagedoor::token {
namespace {

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

constexpr std::chrono::days kForeignLifetimeMax{1};

std::int64_t seconds_of(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// The parts of a token: what they say is not looked at.
struct Parts {
  Claims header;
  Claims claims;
};

// Nothing when one of them is not there, or no JSON object without doubles. RFC 7515: what is
// critical must be understood, and none of it is.
std::optional<Parts> parse_parts(std::string_view token) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == last) return std::nullopt;
  auto header = Claims::parse(token.substr(0, first));
  auto claims = Claims::parse(token.substr(first + 1, last - first - 1));
  if (!header || !claims || header->has("crit")) return std::nullopt;
  return Parts{std::move(*header), std::move(*claims)};
}

bool is_signed_by(const std::vector<HmacKey>& keys, std::string_view token) {
  const auto dot = token.rfind('.');
  if (dot == std::string_view::npos) return false;
  const auto mac = parse_base64url(token.substr(dot + 1));
  return mac && std::any_of(keys.begin(), keys.end(), [&](const HmacKey& key) {
           return key.signs(token.substr(0, dot), *mac);
         });
}

// The kind of the key is its one algorithm, and the header must name it: libjwt would take the
// bytes of a public key for a secret if the header said HS256.
bool is_signed_by(const PublicKeys& keys, const Claims& header, const std::string& token) {
  const auto key = keys.find(header.text("kid").value_or(""));
  if (key == keys.end() || key->second.algorithm_name() != header.text("alg")) return false;
  const std::string& pem = key->second.pem();
  jwt_t* raw = nullptr;
  const int failed =
      jwt_decode(&raw, token.c_str(), reinterpret_cast<const unsigned char*>(pem.data()),
                 static_cast<int>(pem.size()));
  const Jwt jwt(raw);
  const jwt_alg_t wanted =
      key->second.algorithm() == PublicKey::Algorithm::kRs256 ? JWT_ALG_RS256 : JWT_ALG_ES256;
  return failed == 0 && jwt_get_alg(jwt.get()) == wanted;
}

bool is_in_force(const Claims& claims, Time now) {
  const auto expires_s = claims.integer("exp");
  if (!expires_s || *expires_s <= seconds_of(now)) return false;
  const auto not_before_s = claims.integer("nbf");
  return not_before_s ? *not_before_s <= seconds_of(now) : !claims.has("nbf");
}

// User and times. A token without `iat` was issued before all times.
std::optional<Identity> read_identity(const Claims& claims) {
  const auto user_id = UserId::parse(claims.text("sub").value_or(""));
  const auto issued_at = claims.has("iat") ? claims.date("iat") : Time{};
  if (!user_id || !issued_at) return std::nullopt;
  return Identity{*user_id, Role::kUser, *issued_at, time_of(*claims.integer("exp"))};
}

bool contains(const std::vector<std::string>& texts, const std::string& wanted) {
  return std::find(texts.begin(), texts.end(), wanted) != texts.end();
}

// RFC 7519, NumericDate: seconds, with decimals if need be.
std::optional<Time> parse_numeric_date(std::string_view text) {
  constexpr std::size_t kDecimals = 6;
  const auto dot = text.find('.');
  const auto seconds = parse_integer(text.substr(0, dot));
  if (!seconds || *seconds < 0) return std::nullopt;
  std::string decimals(dot == std::string_view::npos ? "0" : text.substr(dot + 1));
  const bool are_digits = decimals.find_first_not_of("0123456789") == std::string::npos;
  if (decimals.empty() || !are_digits) return std::nullopt;
  decimals.resize(kDecimals, '0');
  return time_of(*seconds) + Micros{std::stoi(decimals)};
}

std::string numeric_date(Time time) {
  const Time whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::string decimals = std::to_string(1'000'000 + (time - whole).count()).substr(1);
  return std::to_string(seconds_of(whole)) + "." + decimals;
}

// What is signed says which token it is; the signature may have several forms.
SessionKey key_of(std::string_view token) {
  return SessionKey::from_bytes(sha256(token.substr(0, token.rfind('.'))));
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

// The claims of {"exp":1795326277,"iat":1795239877.123456,"role":"user","sub":"01a1fca2-..."}, and
// of nothing else.
std::optional<Identity> read_own_claims(std::string_view json) {
  if (!take(json, R"({"exp":)")) return std::nullopt;
  const auto expires_s = parse_integer(take_until(json, ','));
  if (!take(json, R"(,"iat":)")) return std::nullopt;
  const auto issued_at = parse_numeric_date(take_until(json, ','));
  if (!take(json, R"(,"role":")")) return std::nullopt;
  const auto role = parse_role(take_until(json, '"'));
  if (!take(json, R"(","sub":")")) return std::nullopt;
  const auto user_id = UserId::parse(take_until(json, '"'));
  if (json != R"("})" || !expires_s || !issued_at || !role || !user_id) return std::nullopt;
  return Identity{*user_id, *role, *issued_at, time_of(*expires_s)};
}

std::string write_own_claims(const Identity& identity) {
  return R"({"exp":)" + std::to_string(seconds_of(identity.expires_at)) + R"(,"iat":)" +
         numeric_date(identity.issued_at) + R"(,"role":")" + std::string(role_name(identity.role)) +
         R"(","sub":")" + identity.user_id.text() + R"("})";
}

// Nothing when it is not of this form. REQUIRES: it is signed.
std::optional<Identity> read_own_form(std::string_view token) {
  std::string_view claims = token.substr(0, token.rfind('.'));
  if (!take(claims, kOwnHeader) || !take(claims, ".")) return std::nullopt;
  const auto json = parse_base64url(claims);
  return json ? read_own_claims(*json) : std::nullopt;
}

}  // namespace

std::string_view role_name(Role role) { return role == Role::kAdmin ? "admin" : "user"; }

std::optional<Role> parse_role(std::string_view name) {
  if (name == "user") return Role::kUser;
  if (name == "admin") return Role::kAdmin;
  return std::nullopt;
}

AccessTokens::AccessTokens(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) own_keys_.emplace_back(secret);
}

std::string AccessTokens::sign(const Identity& identity) const {
  const std::string text = std::string(kOwnHeader) + "." + to_base64url(write_own_claims(identity));
  return text + "." + to_base64url(own_keys_.front().mac(text));
}

std::optional<Identity> AccessTokens::verify(std::string_view token, Time now) const {
  auto identity = keys_.empty() ? verify_own(token, now) : verify_foreign(token, now);
  if (!identity || seconds_of(identity->expires_at) <= seconds_of(now)) return std::nullopt;
  identity->key = key_of(token);
  return identity;
}

std::optional<Identity> AccessTokens::verify_own(std::string_view token, Time now) const {
  if (!is_signed_by(own_keys_, token)) return std::nullopt;
  if (const auto identity = read_own_form(token)) return identity;
  const auto parts = parse_parts(token);
  if (!parts || parts->header.text("alg") != "HS256") return std::nullopt;
  if (!is_in_force(parts->claims, now)) return std::nullopt;
  auto identity = read_identity(parts->claims);
  if (!identity || !parts->claims.has("role")) return identity;
  const auto role = parse_role(parts->claims.text("role").value_or(""));
  if (!role) return std::nullopt;
  identity->role = *role;
  return identity;
}

std::optional<Identity> AccessTokens::verify_foreign(std::string_view token, Time now) const {
  if (token.find('\0') != std::string_view::npos) return std::nullopt;
  const auto parts = parse_parts(token);
  if (!parts || !is_signed_by(keys_, parts->header, std::string(token))) return std::nullopt;
  const Claims& claims = parts->claims;
  if (!is_in_force(claims, now) || claims.text("iss") != rules_.issuer ||
      !contains(claims.texts("aud"), rules_.audience)) {
    return std::nullopt;
  }
  auto identity = read_identity(claims);
  if (!identity || identity->expires_at > now + kForeignLifetimeMax) return std::nullopt;
  if (rules_.role_claim.empty()) return identity;
  for (const std::string& value : claims.texts(rules_.role_claim.c_str())) {
    const auto role = rules_.roles.find(value);
    if (role != rules_.roles.end()) identity->role = std::max(identity->role, role->second);
  }
  return identity;
}

}  // namespace stagedoor::token
