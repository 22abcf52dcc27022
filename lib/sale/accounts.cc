#include "sale/accounts.h"

#include "db/columns.h"
#include "db/transaction.h"
#include "people/accounts.h"
#include "people/apply_once.h"
#include "sale/leaving.h"

namespace stagedoor::sale {
namespace {

const db::Select<PlaceTaken> kListPlaces({{"token_id", &PlaceTaken::token_id},
                                          {"concert_id", &PlaceTaken::concert_id},
                                          {"place", &PlaceTaken::place},
                                          {"status", &PlaceTaken::stored},
                                          {"expired_reason", &PlaceTaken::reason},
                                          {"issued_at", &PlaceTaken::issued_at},
                                          {"admitted_at", &PlaceTaken::admitted_at}},
                                         "FROM queue_tokens WHERE user_id = ?"
                                         " ORDER BY concert_id, place");

constexpr const char* kSelectInUse =
    "SELECT 1 FROM reservations r JOIN dates d ON d.date_id = r.date_id WHERE r.user_id = ?"
    " AND ((r.status = 'HELD' AND r.held_until > SYSDATE(6))"
    "  OR (r.status = 'CONFIRMED' AND d.starts_at > SYSDATE(6))) LIMIT 1";

}  // namespace

std::vector<PlaceTaken> list_places(db::Connection& database, UserId user_id) {
  return kListPlaces.all(database, user_id);
}

Outcome<Done> close_account(line::LineStores& stores, UserId user_id) {
  const auto erased =
      db::transact(stores.database, [&](db::Transaction& transaction) -> Outcome<Done> {
        const people::LockedUser user = people::lock_user(transaction, user_id);
        if (user.balance != Money{}) return Refused{Refusal::kAccountInUse};
        if (transaction.query(kSelectInUse, user_id).next()) {
          return Refused{Refusal::kAccountInUse};
        }
        people::erase_user(transaction, user_id);
        transaction.commit();
        return Done{};
      });
  if (!erased) return erased;
  for (const PlaceTaken& place : list_places(stores.database, user_id)) {
    if (place.stored == TokenStatus::kExpired) continue;
    (void)end_token(stores, place.token_id, EndReason::kLeft);
  }
  return Done{};
}

}  // namespace stagedoor::sale
