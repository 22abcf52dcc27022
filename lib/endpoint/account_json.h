#pragma once

#include "base/json_writer.h"
#include "endpoint/endpoint.h"

namespace stagedoor {

// The members `access_token` and `expires_at` of a fresh session, for an open object.
void write_access_token(JsonWriter& json, const Services& services, UserId user_id);

}  // namespace stagedoor
