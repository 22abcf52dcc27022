#pragma once

#include <optional>
#include <string>

#include "db/transaction.h"
#include "domain/queue_token.h"

// The rows of queue tokens, for the operations that work on them.
namespace stagedoor::operations {

struct TokenRow {
  TokenRecord record;
  std::optional<ReservationId> hold_id;
};

// Nothing when there is no such token.
std::optional<TokenRow> find_token(db::Connection& database, TokenId id);
std::optional<TokenRow> lock_token(db::Transaction& transaction, TokenId id);

// The record as its columns say.
TokenRecord make_record(const std::string& status, TokenRecord times,
                        const std::optional<std::string>& reason);

}  // namespace stagedoor::operations
