#pragma once

#include "base/json_writer.h"
#include "endpoint/endpoint.h"
#include "money/ledger.h"

namespace stagedoor {

// The user of the path, who is the caller or, for an admin, anybody.
struct UserInPath {
  UserId id;
  money::Account account;
};
Outcome<UserInPath> read_user_in_path(const http::Request& request, Services& services);

// The members `access_token` and `expires_at` of a fresh session, for an open object.
void write_access_token(JsonWriter& json, const Services& services, UserId user_id);

}  // namespace stagedoor
