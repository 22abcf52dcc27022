#pragma once

#include "endpoint/services.h"
#include "http/request.h"

namespace stagedoor {

// Who the token of `Authorization: Bearer <token>` says sends the request. Whether it has ended is
// not looked at.
Outcome<token::Identity> read_access_token(const http::Request& request, const Services& services);

}  // namespace stagedoor
