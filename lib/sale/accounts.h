#pragma once

#include <vector>

#include "line/queue_tokens.h"

// What the sale has of a user beside the user's own row.
namespace stagedoor::sale {

// A place that the user took in a line, as its row has it.
struct PlaceTaken {
  TokenId token_id;
  ConcertId concert_id;
  Place place;
  TokenStatus stored = TokenStatus::kWaiting;
  std::optional<EndReason> reason;
  Time issued_at;
  std::optional<Time> admitted_at;
};

// Of all lines, by concert.
std::vector<PlaceTaken> list_places(db::Connection& database, UserId user_id);

// Erases the user and leaves the lines. Refused as kAccountInUse while there is an open hold, a
// ticket of a date to come, or a balance that is not 0.
Outcome<Done> close_account(line::LineStores& stores, UserId user_id);

}  // namespace stagedoor::sale
