#include "endpoint/account_json.h"

#include "people/accounts.h"

namespace stagedoor {

Outcome<UserInPath> read_user_in_path(const http::Request& request, Services& services) {
  const auto caller = request.user_id();
  if (!caller) return caller.error();
  const auto id = request.id_in_path<UserId>("USER_ID");
  if (!id) return id.error();
  const bool is_own = *id == *caller;
  if (!is_own && token::parse_role(request.param("STAGEDOOR_ROLE")) != token::Role::kAdmin) {
    return Refused{Refusal::kForbidden};
  }
  if (is_own) people::ensure_user(services.database, *id);
  const auto account = money::find_account(services.database, *id);
  if (!account) return Refused{Refusal::kNotFound};
  return UserInPath{*id, *account};
}

void write_access_token(JsonWriter& json, const Services& services, UserId user_id) {
  const Time expires_at =
      std::chrono::floor<std::chrono::seconds>(system_now()) + services.config.access_token_ttl;
  json.field("access_token", services.access_tokens.sign({user_id, token::Role::kUser}, expires_at))
      .field("expires_at", expires_at);
}

}  // namespace stagedoor
