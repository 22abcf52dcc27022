#include "endpoint/account_json.h"

namespace stagedoor {

void write_access_token(JsonWriter& json, const Services& services, UserId user_id) {
  const Time expires_at =
      std::chrono::floor<std::chrono::seconds>(system_now()) + services.config.access_token_ttl;
  json.field("access_token", services.access_tokens.sign({user_id, token::Role::kUser}, expires_at))
      .field("expires_at", expires_at);
}

}  // namespace stagedoor
