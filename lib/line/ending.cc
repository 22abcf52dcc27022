#include "line/ending.h"

#include <cassert>

#include "base/after_commit.h"
#include "line/line_ends.h"
#include "line/publication.h"

namespace stagedoor::line {
namespace {

const db::Select<QueueTokenClaims> kFindClaims(kClaimsColumns,
                                               "FROM queue_tokens WHERE token_id = ?");

// Of buyers who come to their end at the same time the first moves the line for all.
constexpr Micros kRefillEvery = std::chrono::milliseconds{100};

}  // namespace

std::optional<QueueTokenClaims> find_claims(db::Connection& database, TokenId token_id) {
  return kFindClaims.first(database, token_id);
}

Ended end_locked_token(db::Transaction& transaction, const QueueTokenClaims& claims,
                       const TokenRow& token, EndReason reason) {
  assert(transaction.has_entered(db::LockRank::kToken));
  const Time now = transaction.now();
  const LineEnd end = read_line_end(transaction, claims.concert_id, claims.entry, now);
  const TokenState state = token_state(token.record, end, true, now);
  if (state.status == TokenStatus::kExpired) return Ended::kNothing;
  end_token_row(transaction, claims.token_id, reason, now);
  return state.status == TokenStatus::kWaiting ? Ended::kWaiting : Ended::kActive;
}

void try_refill(LineStores& stores, ConcertId concert_id) {
  attempt_after_commit([&] {
    const auto sight = stores.lines.look(concert_id);
    if (!sight || sight->line->waiting() == 0 ||
        is_younger(sight->line->at, stores.database.estimated_now(), kRefillEvery)) {
      return;
    }
    [[maybe_unused]] const auto line =
        advance_line(stores.database, stores.memcached, concert_id, {.younger_than = kRefillEvery});
  });
}

void announce_end(LineStores& stores, const QueueTokenClaims& claims, Ended ended) {
  if (ended == Ended::kNothing) return;
  // Pollers look at the list of those who left; what it does not hold, the line itself must tell.
  const bool listed = ended == Ended::kWaiting && announce_left(stores.database, stores.memcached,
                                                                claims.concert_id, claims.entry);
  announce_token_change(stores, claims.concert_id, claims.token_id, !listed);
}

}  // namespace stagedoor::line
