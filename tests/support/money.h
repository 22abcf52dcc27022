#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/seats.h"

// The words of money: charges, payments, refunds. All of them talk to
// Installation::shared().
namespace stagedoor::testing {

// A key that was never used.
std::string new_key();
Headers with_key(Headers headers, const std::string& key);

Response charge(const User& user, std::int64_t amount, const std::string& key = new_key());
std::int64_t balance_of(const User& user);
// All ledger entries, newest first.
std::vector<Json> ledger_of(const User& user);
// Gives money by SQL: both entries and the balance, at once and without limit.
void fund(const std::vector<User>& users, std::int64_t amount);

Response pay(const Fan& fan, const Json& reservation, const std::string& key = new_key());
// The payment; throws with the answer when it is not a 201.
Json paid_by(const Fan& fan, const Json& reservation);
Response refund(const User& user, const Json& payment, const std::string& key = new_key());

// Expects that `again` is the answer `first`, byte for byte, and says so.
void expect_replay(const Response& first, const Response& again,
                   std::source_location where = std::source_location::current());

// Expects of ./stagedoor audit that it finds nothing.
void expect_clean_audit(std::source_location where = std::source_location::current());

}  // namespace stagedoor::testing
