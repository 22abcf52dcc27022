#include "people/apply_once.h"

#include <cassert>

#include "base/failure.h"
#include "db/columns.h"

namespace stagedoor::people {
namespace {

const db::Select<LockedUser> kLockUser({{"name", &LockedUser::name},
                                        {"balance", &LockedUser::balance},
                                        {"erased_at IS NOT NULL", &LockedUser::is_erased}},
                                       "FROM users WHERE user_id = ? FOR UPDATE");

constexpr const char* kSetBalance = "UPDATE users SET balance = ? WHERE user_id = ?";

// A key that is a day old counts as forgotten, swept or not.
struct AnswerRow {
  std::string fingerprint;
  StoredAnswer answer{.replayed = true};
};
const db::Columns<StoredAnswer> kAnswerColumns = {{"status", &StoredAnswer::status},
                                                  {"body", &StoredAnswer::body}};
const db::Select<AnswerRow> kSelectAnswer({{"fingerprint", &AnswerRow::fingerprint},
                                           {&AnswerRow::answer, kAnswerColumns}},
                                          "FROM idempotency_keys"
                                          " WHERE user_id = ? AND operation = ? AND client_key = ?"
                                          " AND created_at > SYSDATE(6) - INTERVAL 1 DAY");

const db::Select<StoredKey> kListKeys({{"operation", &StoredKey::operation},
                                       {"client_key", &StoredKey::client_key},
                                       {"created_at", &StoredKey::created_at}},
                                      "FROM idempotency_keys WHERE user_id = ?");

constexpr const char* kInsertAnswer =
    "INSERT INTO idempotency_keys (user_id, operation, client_key, fingerprint, status, body,"
    " created_at) VALUES (?, ?, ?, ?, ?, ?, SYSDATE(6))"
    " ON DUPLICATE KEY UPDATE fingerprint = VALUES(fingerprint), status = VALUES(status),"
    " body = VALUES(body), created_at = VALUES(created_at)";

// By the index, which SYSDATE() in the statement itself would keep it from.
constexpr const char* kPrune = "DELETE FROM idempotency_keys WHERE created_at < ? LIMIT 1000";

}  // namespace

LockedUser lock_user(db::Transaction& transaction, UserId user_id) {
  transaction.enter(db::LockRank::kUser);
  return kLockUser.first(transaction, user_id).value_or(LockedUser{});
}

void set_balance(db::Transaction& transaction, UserId user_id, Money balance) {
  assert(transaction.has_entered(db::LockRank::kUser));
  if (transaction.execute(kSetBalance, balance, user_id) != 1) {
    throw Unavailable("the row of a user is not there any more");
  }
}

Outcome<std::optional<StoredAnswer>> find_answer(db::Transaction& transaction, UserId user_id,
                                                 const IdempotencyKey& key) {
  assert(transaction.has_entered(db::LockRank::kUser));
  auto row = kSelectAnswer.first(transaction, user_id, key.operation, key.client_key);
  if (!row) return std::optional<StoredAnswer>();
  if (row->fingerprint != key.fingerprint) return Refused{Refusal::kIdempotencyKeyReused};
  return std::optional(std::move(row->answer));
}

void store_answer(db::Transaction& transaction, UserId user_id, const IdempotencyKey& key,
                  const StoredAnswer& answer) {
  assert(transaction.has_entered(db::LockRank::kUser));
  transaction.execute(kInsertAnswer, user_id, key.operation, key.client_key, key.fingerprint,
                      answer.status, answer.body);
}

std::vector<StoredKey> list_keys(db::Connection& database, UserId user_id) {
  return kListKeys.all(database, user_id);
}

std::int64_t prune_keys(db::Connection& database) {
  return database.execute(kPrune, database.now() - std::chrono::days{1});
}

}  // namespace stagedoor::people
