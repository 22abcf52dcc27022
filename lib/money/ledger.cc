#include "money/ledger.h"

#include <limits>

#include "db/columns.h"
#include "metrics/metrics.h"
#include "people/accounts.h"

namespace stagedoor::money {
namespace {

constexpr const char* kInsertEntries =
    "INSERT INTO ledger_entries (account, user_id, concert_id, kind, reference, amount,"
    " balance_after, at) VALUES ('USER', ?, NULL, ?, ?, ?, ?, ?), (?, NULL, ?, ?, ?, ?, NULL, ?)";

const db::Select<LedgerEntry> kListLedger({{"entry_id", &LedgerEntry::id},
                                           {"kind", &LedgerEntry::kind},
                                           {"amount", &LedgerEntry::amount},
                                           {"balance_after", &LedgerEntry::balance_after},
                                           {"reference", &LedgerEntry::reference},
                                           {"at", &LedgerEntry::at}},
                                          "FROM ledger_entries WHERE user_id = ? AND entry_id < ?"
                                          " ORDER BY entry_id DESC LIMIT ?");

}  // namespace

Money move_money(db::Transaction& transaction, const Movement& movement, Money balance, Time now) {
  const Money after = balance + movement.to_user;
  people::set_balance(transaction, movement.user_id, after);
  transaction.execute(kInsertEntries, movement.user_id, movement.kind, movement.reference,
                      movement.to_user, after, now, movement.concert_id ? "REVENUE" : "TILL",
                      movement.concert_id, movement.kind, movement.reference, -movement.to_user,
                      now);
  return after;
}

Outcome<people::StoredAnswer> charge(db::Connection& database, UserId user_id, Money amount,
                                     const people::IdempotencyKey& key,
                                     const std::function<std::string(const Charge&)>& render) {
  using Applied = people::Applied<Charge>;
  people::ensure_user(database, user_id);
  const auto applied = people::apply_once(
      database, user_id, key,
      [&](db::Transaction& transaction, const people::LockedUser& user) -> Outcome<Applied> {
        if (const auto allowed = check_deposit(user.balance, amount); !allowed) {
          return allowed.error();
        }
        Charge made{ChargeId::make(), user_id, user.name, amount, {}, transaction.now()};
        const Movement movement{.kind = MovementKind::kCharge,
                                .user_id = user_id,
                                .reference = made.id.bytes(),
                                .to_user = amount};
        made.balance = move_money(transaction, movement, user.balance, made.charged_at);
        return Applied{{201, render(made)}, made};
      });
  if (!applied) return applied.error();
  if (applied->effect) {
    metrics::count(metrics::Counter::kCharges);
    metrics::count(metrics::Counter::kChargedAmount, amount.value);
  }
  return applied->answer;
}

TimePage<LedgerEntry> list_ledger(db::Connection& database, UserId user_id,
                                  std::optional<std::int64_t> after, int limit) {
  const std::int64_t before = after.value_or(std::numeric_limits<std::int64_t>::max());
  return make_page(kListLedger.all(database, user_id, before, limit + 1), limit);
}

}  // namespace stagedoor::money
