#pragma once

#include <optional>
#include <string>

#include "endpoint/endpoint.h"
#include "http/json_body.h"
#include "people/apply_once.h"

namespace stagedoor {

// The request's Idempotency-Key, if it has one, for this operation, path and body.
Outcome<std::optional<people::IdempotencyKey>> read_idempotency_key(
    const http::Request& request, const char* operation, const std::string& canonical_body);

// The same where one must be there: kIdempotencyKeyRequired.
Outcome<people::IdempotencyKey> require_idempotency_key(const http::Request& request,
                                                        const char* operation,
                                                        const std::string& canonical_body);

// The answer to a request with a key; a repeated one says so in Idempotency-Replayed.
http::Response answer_response(const people::StoredAnswer& answer);

}  // namespace stagedoor
