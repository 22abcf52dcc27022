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

constexpr std::int64_t kSecondsMax = 253'402'300'799;  // the end of the year 9999

std::int64_t seconds_of(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// In the range that a Time can hold, for a claim that may be any integer.
Time time_of(std::int64_t seconds) {
  return Time{std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, kSecondsMax)}};
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

// Of a token without `iat`: before all times. Nothing when the claim is no time.
std::optional<Time> issue_time(jwt_t* jwt) {
  const Text json(jwt_get_grants_json(jwt, "iat"));
  return json == nullptr ? Time{} : parse_numeric_date(json.get());
}

// Without a claim: a user. Nothing when the claim names no role.
std::optional<Role> role_of(jwt_t* jwt) {
  if (!has_claim(jwt, "role")) return Role::kUser;
  const char* name = jwt_get_grant(jwt, "role");
  return name == nullptr ? std::nullopt : parse_role(name);
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

// Nothing when none of the keys signed it or it is not of this form.
std::optional<Identity> read_own_token(const std::vector<HmacKey>& keys, std::string_view token) {
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

std::string AccessTokens::sign(const Identity& identity) const {
  const std::string text = std::string(kOwnHeader) + "." + to_base64url(write_own_claims(identity));
  return text + "." + to_base64url(own_keys_.front().mac(text));
}

std::optional<Identity> AccessTokens::verify(std::string_view token, Time now) const {
  if (token.find('\0') != std::string_view::npos) return std::nullopt;
  auto identity = read_own_token(own_keys_, token);
  if (!identity) identity = read_foreign_form(token, now);
  if (!identity || seconds_of(identity->expires_at) <= seconds_of(now)) return std::nullopt;
  identity->key = key_of(token);
  return identity;
}

std::optional<Identity> AccessTokens::read_foreign_form(std::string_view token, Time now) const {
  const std::string text(token);
  const Jwt jwt = keys_.empty() ? decode_own(text, secrets_) : decode_foreign(text, keys_);
  if (jwt == nullptr || !is_in_force(jwt.get(), now)) return std::nullopt;
  const char* subject = jwt_get_grant(jwt.get(), "sub");
  const auto user_id = subject == nullptr ? std::nullopt : UserId::parse(subject);
  const auto issued_at = issue_time(jwt.get());
  const auto role = role_of(jwt.get());
  if (!user_id || !issued_at || !role) return std::nullopt;
  return Identity{*user_id, *role, *issued_at, time_of(*integer_claim(jwt.get(), "exp"))};
}

}  // namespace stagedoor::token
