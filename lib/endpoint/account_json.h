#pragma once

#include "base/json_writer.h"
#include "endpoint/call.h"
#include "money/ledger.h"

namespace stagedoor {

struct UserInPath {
  UserId id;
  money::Account account;
};
// The user of the path, who is the caller or, for an admin, any user.
UserInPath read_user_in_path(Call& call, Services& services);

// The members `access_token` and `expires_at` of a fresh session, for an open object.
void write_access_token(JsonWriter& json, const Services& services, UserId user_id);

}  // namespace stagedoor
