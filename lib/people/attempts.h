#pragma once

#include <cstdint>
#include <string>

#include "base/id.h"
#include "base/refusal.h"
#include "db/transaction.h"

// Attempts at accounts are counted by the hash of the address, so that an address without an
// account is refused like one that has one.
namespace stagedoor::people {

using AttemptId = Id<struct AttemptIdKind>;

// kTooManyAttempts, until the wait is over.
Refused too_many_attempts(std::chrono::seconds wait);

// Counts one more password that is tried at the account. Committed before the password is looked
// at, so that many at once are counted too. Refused: kTooManyAttempts.
Outcome<AttemptId> begin_attempt(db::Connection& database, const std::string& email_key);

// For one whose password was right.
void forget_attempt(db::Connection& database, AttemptId id);
// For the owner, who has proved to have the address.
void forget_attempts(db::Transaction& transaction, const std::string& email_key);

// Counts one more letter that a client has sent to this address; false when there were enough.
bool may_send_letter(db::Transaction& transaction, const std::string& email_key);

// Forgets those that count no longer, one bounded batch; returns how many.
std::int64_t prune_attempts(db::Connection& database);

}  // namespace stagedoor::people
