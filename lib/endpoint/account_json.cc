#include "endpoint/account_json.h"

#include "people/accounts.h"

namespace stagedoor {

UserInPath read_user_in_path(Call& call, Services& services) {
  const UserId caller = call.user();
  const auto id = call.path<UserId>();
  const bool is_own = id == caller;
  if (!is_own && !call.is_admin()) call.refuse_path(Refusal::kForbidden);
  if (call.refused()) return {};
  if (is_own) people::ensure_user(services.database, id);
  const auto account = money::find_account(services.database, id);
  if (!account) call.refuse_path(Refusal::kNotFound);
  return {id, account.value_or(money::Account{})};
}

void write_access_token(JsonWriter& json, const Services& services, UserId user_id) {
  const Time expires_at =
      std::chrono::floor<std::chrono::seconds>(system_now()) + services.config.access_token_ttl;
  json.field("access_token", services.access_tokens.sign({user_id, token::Role::kUser}, expires_at))
      .field("expires_at", expires_at);
}

}  // namespace stagedoor
