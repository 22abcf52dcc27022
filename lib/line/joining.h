#pragma once

#include <span>
#include <vector>

#include "line/queue_tokens.h"

namespace stagedoor::line {

struct JoinRequest {
  UserId user_id;
  ConcertId concert_id;
};

struct Joined {
  bool created = false;
  QueueState state;
};

// Puts each of the users at the back of the line in the order of the requests, or finds the user's
// place where there is one; an answer for each request. All who join one line do so in one
// transaction, and where no others wait and there is room one advance lets them in. Refused:
// kNotFound, kSaleClosed, kSoldOut; kUnavailable those that failed, which touches no others.
std::vector<Outcome<Joined>> join_queue(LineStores& stores, std::span<const JoinRequest> requests);

}  // namespace stagedoor::line
