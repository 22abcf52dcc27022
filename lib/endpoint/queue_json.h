#pragma once

#include "endpoint/services.h"
#include "http/request.h"
#include "http/response.h"
#include "line/queue_tokens.h"

namespace stagedoor {

// The claims of the request's Queue-Token. Refused: kQueueTokenRequired, kQueueTokenInvalid.
Outcome<QueueTokenClaims> read_queue_token(const http::Request& request, const Services& services);

// The same, refused as kForbidden when it is not this user's.
Outcome<QueueTokenClaims> read_own_queue_token(const http::Request& request,
                                               const Services& services, UserId user_id);

// A queue state as answer; Retry-After says when to poll again.
http::Response queue_response(int status, const line::QueueState& state, const Services& services);

}  // namespace stagedoor
