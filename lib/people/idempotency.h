#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/refusal.h"
#include "db/transaction.h"

namespace stagedoor::people {

// A request that must be carried out once, however often it comes.
struct IdempotencyKey {
  std::string operation;  // keys of different operations have nothing to do with each other
  std::string client_key;
  std::string fingerprint;  // 32 bytes that are equal for equal path and body
};

// An answer as it was, or will be, stored.
struct StoredAnswer {
  int status = 200;
  std::string body = {};
  bool replayed = false;
};

// Takes the lock of the user's row, so that requests of one user that change his money or use one
// key come one after the other. REQUIRES: the row exists (ensure_user).
void lock_user(db::Transaction& transaction, UserId user_id);

// The answer that was given to the key before; kIdempotencyKeyReused when it was for another
// request. REQUIRES: the user's row is locked: a request with the same key that is still running is
// waited for there.
Outcome<std::optional<StoredAnswer>> find_answer(db::Transaction& transaction, UserId user_id,
                                                 const IdempotencyKey& key);

// Keeps the answer, to be committed with the change that it tells of.
void store_answer(db::Transaction& transaction, UserId user_id, const IdempotencyKey& key,
                  const StoredAnswer& answer);

// Forgets keys older than a day, one bounded batch; returns how many.
std::int64_t prune_keys(db::Connection& database);

}  // namespace stagedoor::people
