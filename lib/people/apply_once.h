#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/refusal.h"
#include "db/transaction.h"

// Requests that must be carried out once, however often they come.
namespace stagedoor::people {

// One such request: keys of different operations have nothing to do with each other.
struct IdempotencyKey {
  std::string operation;
  std::string client_key;
  std::string fingerprint;  // 32 bytes, equal for equal operation, path and canonical body
};

// An answer as it was, or will be, stored.
struct StoredAnswer {
  int status = 200;
  std::string body = {};
  bool replayed = false;
};

// The user's row under its lock; empty when there is no such user.
struct LockedUser {
  std::optional<std::string> name = {};
  Money balance = {};
  bool is_erased = false;
};

// What applying a request gave: the answer, and what follows the commit. A replay has no effect.
template <typename Effect>
struct Applied {
  StoredAnswer answer;
  std::optional<Effect> effect = {};
};

LockedUser lock_user(db::Transaction& transaction, UserId user_id);
// REQUIRES: the user's row is locked.
void set_balance(db::Transaction& transaction, UserId user_id, Money balance);

// The answer that was given to the key before; kIdempotencyKeyReused when it was for another
// request. REQUIRES: the user's row is locked: there a request waits for one with its key.
Outcome<std::optional<StoredAnswer>> find_answer(db::Transaction& transaction, UserId user_id,
                                                 const IdempotencyKey& key);

// Keeps the answer, to be committed with the change that it tells of. REQUIRES: the user's row is
// locked.
void store_answer(db::Transaction& transaction, UserId user_id, const IdempotencyKey& key,
                  const StoredAnswer& answer);

// Locks the user's row, replays the answer to the key, or runs `body(Transaction&, LockedUser)`,
// stores its answer and commits. The body returns Outcome<Applied<Effect>>; what it refuses changes
// nothing. A user who was erased a moment ago is refused as kUnauthenticated. Without a key there
// is nothing to replay, and the user is not locked. REQUIRES: the user's row exists (ensure_user);
// the body does not commit.
template <typename Body>
auto apply_once(db::Connection& database, UserId user_id, const std::optional<IdempotencyKey>& key,
                const Body& body) {
  using Result = std::invoke_result_t<Body, db::Transaction&, const LockedUser&>;
  return db::transact(database, [&](db::Transaction& transaction) -> Result {
    LockedUser user;
    if (key) {
      user = lock_user(transaction, user_id);
      if (user.is_erased) return Refused{Refusal::kUnauthenticated};
      auto found = find_answer(transaction, user_id, *key);
      if (!found) return found.error();
      if (*found) return {{std::move(**found)}};
    }
    Result applied = body(transaction, user);
    if (!applied) return applied;
    if (key) store_answer(transaction, user_id, *key, applied->answer);
    transaction.commit();
    return applied;
  });
}

// A key that is kept, as its user may know it.
struct StoredKey {
  std::string operation;
  std::string client_key;
  Time created_at;
};
std::vector<StoredKey> list_keys(db::Connection& database, UserId user_id);

// Forgets keys older than a day, one bounded batch; returns how many.
std::int64_t prune_keys(db::Connection& database);

}  // namespace stagedoor::people
