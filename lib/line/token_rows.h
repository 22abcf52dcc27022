#pragma once

#include <map>
#include <optional>
#include <vector>

#include "db/columns.h"
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

// Of queue_tokens.
inline const db::Columns<QueueTokenClaims> kClaimsColumns = {
    {"token_id", &QueueTokenClaims::token_id},
    {"concert_id", &QueueTokenClaims::concert_id},
    {"user_id", &QueueTokenClaims::user_id},
    {"place", &QueueTokenClaims::entry},
    {"issued_at", &QueueTokenClaims::issued_at}};
inline const db::Columns<TokenRecord> kRecordColumns = {
    {"status", &TokenRecord::stored},         {"admitted_at", &TokenRecord::admitted_at},
    {"claimed_at", &TokenRecord::claimed_at}, {"active_until", &TokenRecord::active_until},
    {"held_until", &TokenRecord::held_until}, {"expired_reason", &TokenRecord::reason}};
inline const db::Columns<TokenInLine> kTokenInLineColumns = {
    {&TokenInLine::claims, kClaimsColumns}, {&TokenInLine::record, kRecordColumns}};

// Those that there are. REQUIRES: 1 to db::kListMax ids.
std::map<TokenId, TokenInLine> find_tokens(db::Connection& database,
                                           const std::vector<TokenId>& ids);

// Nothing when there is no such token.
std::optional<TokenRow> find_token(db::Connection& database, TokenId id);
std::optional<TokenRow> lock_token(db::Transaction& transaction, TokenId id);

// Writes down that the token has ended, for the next advance to count, unless its row says so
// already. REQUIRES: this transaction has locked the row.
void end_token_row(db::Transaction& transaction, TokenId id, EndReason reason, Time at);

// An open hold, as its token's row tells of it.
struct TokenHold {
  ReservationId id;
  Time until;
  Time made_at;
  std::int64_t active_s = 0;  // what the token has from its admission on if this is its first use
};

// Notes on an ACTIVE token that it has a hold, or has none any more. REQUIRES: this transaction has
// locked the row.
void write_hold(db::Transaction& transaction, TokenId id, const TokenHold& hold);
void forget_hold(db::Transaction& transaction, TokenId id);

}  // namespace stagedoor::line
