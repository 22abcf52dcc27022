#pragma once

#include "line/queue_tokens.h"

namespace stagedoor::sale {

// Ends the token for the reason kLeft or kRevoked, at once and for good, and releases its open hold
// in the same transaction. A token that has ended stays as it is. kNotFound: there is no such
// token.
Outcome<Done> end_token(line::LineStores& stores, TokenId token_id, EndReason reason);

}  // namespace stagedoor::sale
