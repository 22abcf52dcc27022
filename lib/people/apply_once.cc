#include "people/apply_once.h"

namespace stagedoor::people {
namespace {

constexpr const char* kLockUser = "SELECT name, balance FROM users WHERE user_id = ? FOR UPDATE";

// A key that is a day old counts as forgotten, swept or not.
constexpr const char* kSelectAnswer =
    "SELECT fingerprint, status, body FROM idempotency_keys"
    " WHERE user_id = ? AND operation = ? AND client_key = ?"
    " AND created_at > SYSDATE(6) - INTERVAL 1 DAY";

constexpr const char* kInsertAnswer =
    "INSERT INTO idempotency_keys (user_id, operation, client_key, fingerprint, status, body,"
    " created_at) VALUES (?, ?, ?, ?, ?, ?, SYSDATE(6))"
    " ON DUPLICATE KEY UPDATE fingerprint = VALUES(fingerprint), status = VALUES(status),"
    " body = VALUES(body), created_at = VALUES(created_at)";

// By the index, which SYSDATE() in the statement itself would keep it from.
constexpr const char* kPrune = "DELETE FROM idempotency_keys WHERE created_at < ? LIMIT 1000";

}  // namespace

LockedUser lock_user(db::Transaction& transaction, UserId user_id) {
  LockedUser user;
  transaction.query(kLockUser, user_id).read_first(user.name, user.balance);
  return user;
}

Outcome<std::optional<StoredAnswer>> find_answer(db::Transaction& transaction, UserId user_id,
                                                 const IdempotencyKey& key) {
  std::string fingerprint;
  StoredAnswer answer{.replayed = true};
  if (!transaction.query(kSelectAnswer, user_id, key.operation, key.client_key)
           .read_first(fingerprint, answer.status, answer.body)) {
    return std::optional<StoredAnswer>();
  }
  if (fingerprint != key.fingerprint) return Refused{Refusal::kIdempotencyKeyReused};
  return std::optional(answer);
}

void store_answer(db::Transaction& transaction, UserId user_id, const IdempotencyKey& key,
                  const StoredAnswer& answer) {
  transaction.execute(kInsertAnswer, user_id, key.operation, key.client_key, key.fingerprint,
                      answer.status, answer.body);
}

std::int64_t prune_keys(db::Connection& database) {
  return database.execute(kPrune, database.now() - std::chrono::days{1});
}

}  // namespace stagedoor::people
