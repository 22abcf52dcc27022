#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/vocabulary.h"

// The words of the waiting line. All of them talk to Installation::shared().
namespace stagedoor::testing {

Response join(const User& user, const Json& concert);
// The queue state of a join that succeeded; throws with the answer of one that did not.
Json joined(const User& user, const Json& concert);
// One new user after the other, `count` in all: their queue states in order of arrival.
std::vector<Json> join_in_order(std::size_t count, const Json& concert);

Response poll(const std::string& token);
// The queue state of a poll; throws with the answer when it is not a 200.
Json state_of(const std::string& token);
Json state_of(const Json& state);
Response leave(const std::string& token);
Response revoke_token(const std::string& token_id);
Response change(const Json& concert, const std::string& settings);
// Its sale, when all that must come before has happened.
void close_in_a_second(const Json& concert);

// Waits until a poll of the token shows this status, ACTIVE say; false when it never does.
bool becomes(const Json& state, const std::string& status,
             std::chrono::milliseconds within = std::chrono::milliseconds(2'000));

std::string id_of(const Json& concert);

// A row of queue_tokens.
struct TokenRow {
  std::string token_id;
  std::int64_t place = 0;
  std::string status;
  std::string reason;
};

// All tokens of the concert by place.
std::vector<TokenRow> token_rows(const Json& concert);
// The exact position of each waiting token, by token_id, counted by hand.
std::map<std::string, std::int64_t> exact_positions(const Json& concert);

// What must hold of every line at any time: places without gaps or doubles, one live token per
// user, each admitted before those behind it, the limit kept at every admission and, counted
// from the tokens themselves, at every instant.
void expect_fair(const Json& concert, std::source_location where = std::source_location::current());

}  // namespace stagedoor::testing
