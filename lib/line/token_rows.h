#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "db/transaction.h"
#include "line/token_rules.h"
#include "token/queue_token.h"

// The rows of queue tokens, for the operations that work on them.
namespace stagedoor::line {

struct TokenRow {
  TokenRecord record;
  std::optional<ReservationId> hold_id;
};

// A token with what its owner's claims say.
struct TokenInLine {
  QueueTokenClaims claims;
  TokenRecord record;
};

// Those that there are. REQUIRES: 1 to db::kListMax ids.
std::map<TokenId, TokenInLine> find_tokens(db::Connection& database,
                                           const std::vector<TokenId>& ids);

// Nothing when there is no such token.
std::optional<TokenRow> find_token(db::Connection& database, TokenId id);
std::optional<TokenRow> lock_token(db::Transaction& transaction, TokenId id);

// Writes down that the token has ended, for the next advance to count, unless its row says so
// already. REQUIRES: this transaction has locked the row.
void end_token_row(db::Transaction& transaction, TokenId id, EndReason reason, Time at);

// The record as its columns say.
TokenRecord make_record(const std::string& status, TokenRecord times,
                        const std::optional<std::string>& reason);

}  // namespace stagedoor::line
