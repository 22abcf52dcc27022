#include "line/token_rows.h"

#include <cassert>

#include "db/list_sql.h"

namespace stagedoor::line {
namespace {

const db::Columns<TokenRow> kTokenRowColumns = {{&TokenRow::record, kRecordColumns},
                                                {"hold_id", &TokenRow::hold_id}};
const db::Select<TokenRow> kSelectToken(kTokenRowColumns, "FROM queue_tokens WHERE token_id = ?");
const db::Select<TokenRow> kLockToken(kTokenRowColumns,
                                      "FROM queue_tokens WHERE token_id = ? FOR UPDATE");

const db::ListSelect<TokenInLine> kSelectTokens(kTokenInLineColumns,
                                                "FROM queue_tokens WHERE token_id IN (#)");

constexpr const char* kRecordDeparture =
    "INSERT INTO queue_departures (concert_id, place, was_active)"
    " SELECT concert_id, place, status = 'ACTIVE' FROM queue_tokens"
    " WHERE token_id = ? AND status <> 'EXPIRED'";
constexpr const char* kEndToken =
    "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = ?, expired_reason = ?"
    " WHERE token_id = ? AND status <> 'EXPIRED'";

// A hold is a use of the token: its owner has shown up.
constexpr const char* kHoldOnToken =
    "UPDATE queue_tokens SET hold_id = ?, held_until = ?, ends_at = ?,"
    " active_until = CASE WHEN claimed_at IS NULL THEN admitted_at + INTERVAL ? SECOND"
    "  ELSE active_until END,"
    " claimed_at = COALESCE(claimed_at, ?) WHERE token_id = ?";
constexpr const char* kReleaseToken =
    "UPDATE queue_tokens SET hold_id = NULL, held_until = NULL, ends_at = active_until"
    " WHERE token_id = ? AND status = 'ACTIVE'";

}  // namespace

std::optional<TokenRow> find_token(db::Connection& database, TokenId id) {
  return kSelectToken.first(database, id);
}

std::optional<TokenRow> lock_token(db::Transaction& transaction, TokenId id) {
  transaction.enter(db::LockRank::kToken);
  return kLockToken.first(transaction, id);
}

std::map<TokenId, TokenInLine> find_tokens(db::Connection& database,
                                           const std::vector<TokenId>& ids) {
  std::map<TokenId, TokenInLine> tokens;
  for (const TokenInLine& token : kSelectTokens.all(database, {}, ids)) {
    tokens.emplace(token.claims.token_id, token);
  }
  return tokens;
}

void end_token_row(db::Transaction& transaction, TokenId id, EndReason reason, Time at) {
  assert(transaction.has_entered(db::LockRank::kToken));
  transaction.execute(kRecordDeparture, id);
  transaction.execute(kEndToken, at, reason, id);
}

void write_hold(db::Transaction& transaction, TokenId id, const TokenHold& hold) {
  assert(transaction.has_entered(db::LockRank::kToken));
  transaction.execute(kHoldOnToken, hold.id, hold.until, hold.until, hold.active_s, hold.made_at,
                      id);
}

void forget_hold(db::Transaction& transaction, TokenId id) {
  assert(transaction.has_entered(db::LockRank::kToken));
  transaction.execute(kReleaseToken, id);
}

}  // namespace stagedoor::line
