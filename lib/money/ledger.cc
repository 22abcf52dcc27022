#include "money/ledger.h"

#include <limits>

#include "metrics/metrics.h"
#include "people/accounts.h"

namespace stagedoor::money {
namespace {

constexpr const char* kSelectAccount =
    "SELECT name, email, created_at, balance FROM users WHERE user_id = ?";
constexpr const char* kLockAccount =
    "SELECT name, email, created_at, balance FROM users WHERE user_id = ? FOR UPDATE";
constexpr const char* kSetBalance = "UPDATE users SET balance = ? WHERE user_id = ?";
constexpr const char* kInsertEntries =
    "INSERT INTO ledger_entries (account, user_id, concert_id, kind, reference, amount,"
    " balance_after, at) VALUES ('USER', ?, NULL, ?, ?, ?, ?, ?), (?, NULL, ?, ?, ?, ?, NULL, ?)";

constexpr const char* kListLedger =
    "SELECT entry_id, kind, amount, balance_after, reference, at FROM ledger_entries"
    " WHERE user_id = ? AND entry_id < ? ORDER BY entry_id DESC LIMIT ?";

std::optional<Account> read_account(db::Rows rows) {
  Account account;
  if (!rows.read_first(account.name, account.email, account.created_at, account.balance)) {
    return std::nullopt;
  }
  return account;
}

}  // namespace

Account lock_account(db::Transaction& transaction, UserId user_id) {
  return read_account(transaction.query(kLockAccount, user_id)).value_or(Account{});
}

std::optional<Account> find_account(db::Connection& database, UserId user_id) {
  return read_account(database.query(kSelectAccount, user_id));
}

Money move_money(db::Transaction& transaction, const Movement& movement, Money balance, Time now) {
  const Money after = balance + movement.to_user;
  const std::string_view kind = movement_kind_name(movement.kind);
  transaction.execute(kSetBalance, after, movement.user_id);
  transaction.execute(kInsertEntries, movement.user_id, kind, movement.reference, movement.to_user,
                      after, now, movement.concert_id ? "REVENUE" : "TILL", movement.concert_id,
                      kind, movement.reference, -movement.to_user, now);
  return after;
}

Outcome<people::StoredAnswer> charge(db::Connection& database, UserId user_id, Money amount,
                                     const people::IdempotencyKey& key,
                                     const std::function<std::string(const Charge&)>& render) {
  people::ensure_user(database, user_id);
  auto answer =
      db::transact(database, [&](db::Transaction& transaction) -> Outcome<people::StoredAnswer> {
        const Account account = lock_account(transaction, user_id);
        const auto found = people::find_answer(transaction, user_id, key);
        if (!found) return found.error();
        if (*found) return **found;
        const auto allowed = check_deposit(account.balance, amount);
        if (!allowed) return allowed.error();
        Charge made{ChargeId::make(), user_id, account.name, amount, {}, transaction.now()};
        const Movement movement{.kind = MovementKind::kCharge,
                                .user_id = user_id,
                                .reference = made.id.bytes(),
                                .to_user = amount};
        made.balance = move_money(transaction, movement, account.balance, made.charged_at);
        const people::StoredAnswer first{201, render(made)};
        people::store_answer(transaction, user_id, key, first);
        transaction.commit();
        return first;
      });
  if (!answer || answer->replayed) return answer;
  metrics::count(metrics::Counter::kCharges);
  metrics::count(metrics::Counter::kChargedAmount, amount.value);
  return answer;
}

TimePage<LedgerEntry> list_ledger(db::Connection& database, UserId user_id,
                                  std::optional<std::int64_t> after, int limit) {
  std::vector<LedgerEntry> entries;
  const std::int64_t before = after.value_or(std::numeric_limits<std::int64_t>::max());
  for (db::Rows rows = database.query(kListLedger, user_id, before, limit + 1); rows.next();) {
    LedgerEntry& entry = entries.emplace_back();
    rows.read(entry.id, entry.kind, entry.amount, entry.balance_after, entry.reference, entry.at);
  }
  return make_page(std::move(entries), limit);
}

}  // namespace stagedoor::money
