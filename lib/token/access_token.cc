#include "token/access_token.h"

#include <jwt.h>

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

bool is_in_force(jwt_t* jwt, Time now) {
  const auto expires_s = integer_claim(jwt, "exp");
  if (!expires_s || *expires_s <= seconds_of(now)) return false;
  if (!has_claim(jwt, "nbf")) return true;
  const auto not_before_s = integer_claim(jwt, "nbf");
  return not_before_s && *not_before_s <= seconds_of(now);
}

}  // namespace

std::string_view role_name(Role role) { return role == Role::kAdmin ? "admin" : "user"; }

std::optional<Role> parse_role(std::string_view name) {
  if (name == "user") return Role::kUser;
  if (name == "admin") return Role::kAdmin;
  return std::nullopt;
}

std::string AccessTokens::sign(const Identity& identity, Time expires_at) const {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) throw std::runtime_error("no memory for an access token");
  const Jwt jwt(raw);
  const auto* key = reinterpret_cast<const unsigned char*>(secret_.data());
  jwt_set_alg(jwt.get(), JWT_ALG_HS256, key, static_cast<int>(secret_.size()));
  jwt_add_grant(jwt.get(), "sub", identity.user_id.text().c_str());
  jwt_add_grant(jwt.get(), "role", std::string(role_name(identity.role)).c_str());
  jwt_add_grant_int(jwt.get(), "exp", seconds_of(expires_at));
  const Text encoded(jwt_encode_str(jwt.get()));
  if (encoded == nullptr) throw std::runtime_error("an access token could not be signed");
  return encoded.get();
}

std::optional<Identity> AccessTokens::verify(std::string_view token, Time now) const {
  if (token.find('\0') != std::string_view::npos) return std::nullopt;
  const auto* key = reinterpret_cast<const unsigned char*>(secret_.data());
  jwt_t* raw = nullptr;
  const int failed =
      jwt_decode(&raw, std::string(token).c_str(), key, static_cast<int>(secret_.size()));
  const Jwt jwt(raw);
  if (failed != 0 || jwt_get_alg(jwt.get()) != JWT_ALG_HS256) return std::nullopt;
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
