#include "line/token_rows.h"

#include "db/list_sql.h"

namespace stagedoor::line {
namespace {

#define TOKEN_COLUMNS                                                                         \
  "SELECT status, admitted_at, claimed_at, active_until, held_until, expired_reason, hold_id" \
  " FROM queue_tokens WHERE token_id = ?"

constexpr const char* kSelectToken = TOKEN_COLUMNS;
constexpr const char* kLockToken = TOKEN_COLUMNS " FOR UPDATE";

#undef TOKEN_COLUMNS

const db::ListSql kSelectTokens(
    "SELECT token_id, user_id, concert_id, place, issued_at, status, admitted_at, claimed_at,"
    " active_until, held_until, expired_reason FROM queue_tokens WHERE token_id IN (#)");

constexpr const char* kRecordDeparture =
    "INSERT INTO queue_departures (concert_id, place, was_active)"
    " SELECT concert_id, place, status = 'ACTIVE' FROM queue_tokens"
    " WHERE token_id = ? AND status <> 'EXPIRED'";
constexpr const char* kEndToken =
    "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = ?, expired_reason = ?"
    " WHERE token_id = ? AND status <> 'EXPIRED'";

std::optional<TokenRow> read_token(db::Rows rows) {
  TokenRow token;
  std::string status;
  std::optional<std::string> reason;
  TokenRecord& record = token.record;
  if (!rows.read_first(status, record.admitted_at, record.claimed_at, record.active_until,
                       record.held_until, reason, token.hold_id)) {
    return std::nullopt;
  }
  record = make_record(status, record, reason);
  return token;
}

}  // namespace

TokenRecord make_record(const std::string& status, TokenRecord times,
                        const std::optional<std::string>& reason) {
  times.stored = status == "WAITING"  ? TokenRecord::Stored::kWaiting
                 : status == "ACTIVE" ? TokenRecord::Stored::kActive
                                      : TokenRecord::Stored::kExpired;
  if (reason) times.reason = parse_end_reason(*reason);
  return times;
}

std::optional<TokenRow> find_token(db::Connection& database, TokenId id) {
  return read_token(database.query(kSelectToken, id));
}

std::optional<TokenRow> lock_token(db::Transaction& transaction, TokenId id) {
  return read_token(transaction.query(kLockToken, id));
}

std::map<TokenId, TokenInLine> find_tokens(db::Connection& database,
                                           const std::vector<TokenId>& ids) {
  std::map<TokenId, TokenInLine> tokens;
  for (db::Rows rows = kSelectTokens.query(database, {}, ids); rows.next();) {
    TokenInLine token;
    std::string status;
    std::optional<std::string> reason;
    QueueTokenClaims& claims = token.claims;
    TokenRecord& record = token.record;
    rows.read(claims.token_id, claims.user_id, claims.concert_id, claims.place, claims.issued_at,
              status, record.admitted_at, record.claimed_at, record.active_until, record.held_until,
              reason);
    record = make_record(status, record, reason);
    tokens.emplace(claims.token_id, token);
  }
  return tokens;
}

void end_token_row(db::Transaction& transaction, TokenId id, EndReason reason, Time at) {
  transaction.execute(kRecordDeparture, id);
  transaction.execute(kEndToken, at, end_reason_name(reason), id);
}

}  // namespace stagedoor::line
