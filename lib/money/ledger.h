#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/pages.h"
#include "db/connection.h"
#include "db/transaction.h"
#include "money/money_rules.h"
#include "people/apply_once.h"

namespace stagedoor::money {

// One movement of money between a user and the till or the organiser of a concert.
struct Movement {
  MovementKind kind;
  UserId user_id;
  std::optional<ConcertId> concert_id = {};  // none: the till
  std::string_view reference = {};           // the bytes of the id of the charge or payment
  Money to_user = {};                        // negative when the user pays
};

// Writes both entries and the user's balance; returns the new balance. REQUIRES: the user's row is
// locked and `balance` is what it holds.
Money move_money(db::Transaction& transaction, const Movement& movement, Money balance, Time now);

struct Charge {
  ChargeId id;
  UserId user_id;
  std::optional<std::string> name;
  Money amount;
  Money balance;
  Time charged_at;
};

// Adds to the user's balance, once per key. kBalanceLimitExceeded.
Outcome<people::StoredAnswer> charge(db::Connection& database, UserId user_id, Money amount,
                                     const people::IdempotencyKey& key,
                                     const std::function<std::string(const Charge&)>& render);

struct LedgerEntry {
  std::int64_t id = 0;
  MovementKind kind = MovementKind::kCharge;
  Money amount;
  Money balance_after;
  ChargeId reference;  // a charge's or a payment's id
  Time at;
};

// The user's entries, newest first, after the one with this id.
TimePage<LedgerEntry> list_ledger(db::Connection& database, UserId user_id,
                                  std::optional<std::int64_t> after, int limit);

}  // namespace stagedoor::money
