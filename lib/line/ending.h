#pragma once

#include <optional>

#include "line/queue_tokens.h"
#include "line/token_rows.h"

// Ending one token, at once and for good. A hold is ended with it in sale/leaving.h.
namespace stagedoor::line {

// What ending a token changed.
enum class Ended { kNothing, kWaiting, kActive };

std::optional<QueueTokenClaims> find_claims(db::Connection& database, TokenId token_id);

// Ends the token in its row; kNothing when it had ended. REQUIRES: `token` is the row that this
// transaction has locked.
Ended end_locked_token(db::Transaction& transaction, const QueueTokenClaims& claims,
                       const TokenRow& token, EndReason reason);

// Lets the next one in for a place that is free, without waiting for a poller, unless the line was
// moved a moment ago. What goes wrong is logged and left to the next poller. REQUIRES: the end of
// the active token is committed.
void try_refill(LineStores& stores, ConcertId concert_id);

// Tells pollers, and moves the line for a place that is free. REQUIRES: the end is committed.
void announce_end(LineStores& stores, const QueueTokenClaims& claims, Ended ended);

}  // namespace stagedoor::line
