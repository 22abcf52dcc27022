#include "line/token_rows.h"

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

}  // namespace

std::optional<TokenRow> find_token(db::Connection& database, TokenId id) {
  return kSelectToken.first(database, id);
}

std::optional<TokenRow> lock_token(db::Transaction& transaction, TokenId id) {
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
  transaction.execute(kRecordDeparture, id);
  transaction.execute(kEndToken, at, reason, id);
}

}  // namespace stagedoor::line
