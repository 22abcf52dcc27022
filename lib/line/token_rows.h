#pragma once

#include <optional>
#include <string>

#include "db/transaction.h"
#include "line/token_rules.h"

// The rows of queue tokens, for the operations that work on them.
namespace stagedoor::line {

struct TokenRow {
  TokenRecord record;
  std::optional<ReservationId> hold_id;
};

// Nothing when there is no such token.
std::optional<TokenRow> find_token(db::Connection& database, TokenId id);
std::optional<TokenRow> lock_token(db::Transaction& transaction, TokenId id);

// Writes down that the token has ended, unless its row says so already.
void end_token_row(db::Transaction& transaction, TokenId id, EndReason reason);

// The record as its columns say.
TokenRecord make_record(const std::string& status, TokenRecord times,
                        const std::optional<std::string>& reason);

}  // namespace stagedoor::line
