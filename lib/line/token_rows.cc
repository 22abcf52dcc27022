#include "line/token_rows.h"

namespace stagedoor::line {
namespace {

#define TOKEN_COLUMNS                                                                         \
  "SELECT status, admitted_at, claimed_at, active_until, held_until, expired_reason, hold_id" \
  " FROM queue_tokens WHERE token_id = ?"

constexpr const char* kSelectToken = TOKEN_COLUMNS;
constexpr const char* kLockToken = TOKEN_COLUMNS " FOR UPDATE";

#undef TOKEN_COLUMNS

constexpr const char* kEndToken =
    "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = SYSDATE(6),"
    " expired_reason = ? WHERE token_id = ? AND status <> 'EXPIRED'";

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

void end_token_row(db::Transaction& transaction, TokenId id, EndReason reason) {
  transaction.execute(kEndToken, end_reason_name(reason), id);
}

}  // namespace stagedoor::line
