#include "sale/leaving.h"

#include "db/transaction.h"
#include "line/ending.h"
#include "sale/reservation_rows.h"

namespace stagedoor::sale {

Outcome<Done> end_token(line::LineStores& stores, TokenId token_id, EndReason reason) {
  const auto claims = line::find_claims(stores.database, token_id);
  if (!claims) return Refused{Refusal::kNotFound};
  const auto ended = db::transact(stores.database, [&](db::Transaction& transaction) {
    const auto token = line::lock_token(transaction, token_id);
    if (!token) return line::Ended::kNothing;
    const auto change = line::end_locked_token(transaction, *claims, *token, reason);
    if (change == line::Ended::kNothing) return change;
    if (token->hold_id) cancel_hold(transaction, *token->hold_id);
    transaction.commit();
    return change;
  });
  line::announce_end(stores, *claims, ended);
  return Done{};
}

}  // namespace stagedoor::sale
