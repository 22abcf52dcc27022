#pragma once

#include "endpoint/endpoint.h"
#include "operations/queue_tokens.h"

namespace stagedoor {

// The claims of the request's Queue-Token. Refused: kQueueTokenRequired, kQueueTokenInvalid.
Outcome<QueueTokenClaims> read_queue_token(const http::Request& request, const Services& services);

// A queue state as answer; Retry-After says when to poll again.
http::Response queue_response(int status, const operations::QueueState& state,
                              const Services& services);

// Why a token that is not ACTIVE opens nothing: kNotAdmitted or kQueueTokenExpired, with members.
// REQUIRES: the state is not ACTIVE.
Refused refuse_entry(const operations::QueueState& state);

}  // namespace stagedoor
