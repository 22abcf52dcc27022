#pragma once

#include <cstdint>
#include <optional>

#include "cache/versioned.h"
#include "line/line_view.h"
#include "line/token_rows.h"
#include "line/token_rules.h"
#include "token/queue_token.h"

namespace stagedoor::line {

// What the operations on queue tokens work with.
struct LineStores {
  db::Connection& database;
  cache::Memcached& memcached;
  cache::Versioned& cache;
  LineViews& lines;
};

// A token as its owner sees it.
struct QueueState {
  QueueTokenClaims claims;
  TokenStatus status = TokenStatus::kWaiting;
  // 0 when ACTIVE; nothing when EXPIRED, and before a draw.
  std::optional<std::int64_t> position = {};
  std::int64_t waiting = 0;
  std::optional<std::int64_t> estimated_wait_s = {};
  std::optional<std::int64_t> poll_after_ms =
      {};  // nothing when EXPIRED: there is nothing to wait for
  std::optional<Time> admitted_at = {};
  std::optional<Time> expires_at = {};
  std::optional<EndReason> reason = {};
};

// Where the token stands now. The first look at an admitted one is its owner showing up, and is
// written down. REQUIRES: the claims were verified.
Outcome<QueueState> find_queue_state(LineStores& stores, const QueueTokenClaims& claims);

// Where each of these tokens stands, as their rows say, in their order. It shows an admitted one to
// its owner too; to tell other processes that know it is the caller's part (announce_token_change).
// REQUIRES: all of one line, at most db::kListMax.
std::vector<QueueState> states_of(LineStores& stores, const LineSnapshot& line,
                                  const std::vector<TokenInLine>& tokens);

// Why a token that is not ACTIVE opens nothing: kNotAdmitted or kQueueTokenExpired. REQUIRES: it is
// not ACTIVE. A transaction knows no position; see explain_refusal().
Refused refuse_inactive(const TokenState& state);
Refused refuse_inactive(const QueueState& state);

// The same refusal; kNotAdmitted with the position, which needs a look at the line and so comes
// after the transaction that refused.
Refused explain_refusal(LineStores& stores, const Outcome<QueueTokenClaims>& token,
                        const Refused& refused);

// Tells all processes that the token's row has changed. REQUIRES: the change is committed.
// With `advance` the line moves at once, instead of within a second.
void announce_token_change(LineStores& stores, ConcertId concert_id, TokenId token_id,
                           bool advance);

}  // namespace stagedoor::line
