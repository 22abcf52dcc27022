#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/queue.h"

// The words of money: who buys, charges, payments, refunds. All of them talk to
// Installation::shared().
namespace stagedoor::testing {

// Somebody who was let in to a concert.
struct Buyer {
  User user;
  std::string queue_token;
};

inline constexpr std::int64_t kSeatPrice = 100'000;

// A concert of one date with the seats 1 to `seats` at kSeatPrice, with room inside for everybody
// unless `settings` say otherwise.
NewConcert sale_of(std::int64_t seats, std::map<std::string, std::int64_t> settings = {});
std::int64_t first_date_of(const Json& concert);

// Joins and waits to be let in; throws when that takes longer than two seconds.
Buyer let_in(const Json& concert, const User& user = new_user());
std::vector<Buyer> let_in(std::size_t count, const Json& concert);

// A key that nobody has used.
std::string new_key();
Headers with_key(Headers headers, const std::string& key);
Headers as(const Buyer& buyer);

Response charge(const User& user, std::int64_t amount, const std::string& key = new_key());
std::int64_t balance_of(const User& user);
// All ledger entries, newest first.
std::vector<Json> ledger_of(const User& user);
// Gives money by SQL: both entries and the balance, at once and without limit.
void fund(const std::vector<User>& users, std::int64_t amount);

Response hold(const Buyer& buyer, const Json& concert, const std::vector<std::int64_t>& numbers,
              const std::string& key = "");
// The reservation; throws with the answer when it is not a 201.
Json held_by(const Buyer& buyer, const Json& concert, const std::vector<std::int64_t>& numbers);
Response cancel(const User& user, const Json& reservation);
// Moves the hold's deadline, wherever it is kept, to that long from now.
void move_deadline(const Json& reservation, std::chrono::milliseconds from_now);

Response pay(const Buyer& buyer, const Json& reservation, const std::string& key = new_key());
// The payment; throws with the answer when it is not a 201.
Json paid_by(const Buyer& buyer, const Json& reservation);
Response refund(const User& user, const Json& payment, const std::string& key = new_key());

// A UUID as a value in SQL.
std::string in_sql(const std::string& uuid);

// Expects that `again` is the answer `first`, byte for byte, and says so.
void expect_replay(const Response& first, const Response& again,
                   std::source_location where = std::source_location::current());

// Expects of ./stagedoor audit that it finds nothing.
void expect_clean_audit(std::source_location where = std::source_location::current());

}  // namespace stagedoor::testing
