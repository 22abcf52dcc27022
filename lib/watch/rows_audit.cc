#include "watch/rows_audit.h"

#include <algorithm>
#include <limits>

namespace stagedoor::watch {
namespace {

// Selects one text for each row that contradicts the invariant. `(#)` stands for the rows of the
// slice, and the index by which they are found is named: another one may hold as many as the table.
struct Statement {
  Invariant invariant;
  std::string sql;
};

// A table that is walked by primary key, and what is asked of each slice.
class Walk {
 public:
  struct Table {
    std::string name;
    std::string key;               // with its alias
    std::int64_t rows;             // of a slice
    std::string may_have_changed;  // a condition with one parameter; empty: all of them
  };
  Walk(Table table, std::vector<Statement> statements);

  // From behind `from` up to `end`. With `since`: what may have changed.
  template <typename Key>
  void run(AuditRun& run, Key from, const Key& end, const std::optional<db::Param>& since) const;

 private:
  Table table_;
  std::string next_;
  std::vector<Statement> all_;
  std::vector<Statement> changed_;
};

Walk::Walk(Table table, std::vector<Statement> statements) : table_(std::move(table)) {
  const std::string& key = table_.key;
  const std::string plain_key = key.substr(key.find('.') + 1);
  next_ = "SELECT " + plain_key + " FROM " + table_.name + " WHERE " + plain_key +
          " > ? ORDER BY " + plain_key + " LIMIT 1 OFFSET ?";
  const std::string slice = key + " > ? AND " + key + " <= ?";
  for (const auto& [invariant, sql] : statements) {
    const std::size_t mark = sql.find("(#)");
    const auto with = [&](const std::string& rows) {
      return Statement{invariant, std::string(sql).replace(mark, 3, rows)};
    };
    all_.push_back(with(slice));
    const std::string& condition = table_.may_have_changed;
    changed_.push_back(with(condition.empty() ? slice : slice + " AND " + condition));
  }
}

template <typename Key>
void Walk::run(AuditRun& run, Key from, const Key& end,
               const std::optional<db::Param>& since) const {
  const bool narrowed = since && !table_.may_have_changed.empty();
  while (from < end) {
    run.slice(table_.name, [&](db::Snapshot& snapshot) {
      Key to = end;
      snapshot.query(next_.c_str(), from, table_.rows - 1).read_first(to);
      std::vector<db::Param> params = {from, to};
      if (narrowed) params.push_back(*since);
      for (const auto& [invariant, sql] : narrowed ? changed_ : all_) {
        run.check(invariant, snapshot.query_list(sql.c_str(), params));
      }
      from = to;
      return table_.rows;
    });
  }
}

const Walk kReservations(
    {"reservations", "r.reservation_id", kSliceRows, may_have_changed("r.concert_id")},
    {
        {Invariant::kReservationOfItsSale,
         "SELECT CONCAT('reservation ', HEX(r.reservation_id)) FROM reservations r FORCE INDEX "
         "(PRIMARY)"
         " LEFT JOIN dates d ON d.date_id = r.date_id AND d.concert_id = r.concert_id"
         " LEFT JOIN queue_tokens t ON t.token_id = r.token_id AND t.user_id = r.user_id"
         " AND t.concert_id = r.concert_id"
         " WHERE (#) AND (d.date_id IS NULL OR (t.token_id IS NULL AND r.status <> 'CANCELLED'))"
         " LIMIT 10"},
        {Invariant::kSeatsAndAmountAddUp,
         "SELECT CONCAT('reservation ', HEX(r.reservation_id)) FROM reservations r FORCE INDEX "
         "(PRIMARY)"
         " LEFT JOIN reservation_seats rs ON rs.reservation_id = r.reservation_id"
         " WHERE (#) GROUP BY r.reservation_id HAVING COUNT(rs.number) <> MAX(r.seat_count)"
         " OR COALESCE(SUM(rs.price), 0) <> MAX(r.amount) LIMIT 10"},
        {Invariant::kConfirmedOwnsSeats,
         "SELECT CONCAT('reservation ', HEX(r.reservation_id), ' seat ', rs.number)"
         " FROM reservations r FORCE INDEX (PRIMARY) STRAIGHT_JOIN reservation_seats rs"
         " ON rs.reservation_id = r.reservation_id LEFT JOIN seats s ON s.date_id = r.date_id"
         " AND s.number = rs.number AND s.reservation_id = r.reservation_id AND s.status = 'SOLD'"
         " WHERE (#) AND r.status = 'CONFIRMED' AND s.number IS NULL LIMIT 10"},
        {Invariant::kLiveHoldHoldsSeats,
         "SELECT CONCAT('reservation ', HEX(r.reservation_id), ' seat ', rs.number)"
         " FROM reservations r FORCE INDEX (PRIMARY) STRAIGHT_JOIN reservation_seats rs"
         " ON rs.reservation_id = r.reservation_id LEFT JOIN seats s ON s.date_id = r.date_id"
         " AND s.number = rs.number AND s.reservation_id = r.reservation_id AND s.status = 'HELD'"
         " WHERE (#) AND r.status = 'HELD' AND r.held_until > SYSDATE(6) AND s.number IS NULL"
         " LIMIT 10"},
        {Invariant::kSeatsWithinLimit,
         "SELECT CONCAT('user ', HEX(r.user_id), ' date ', r.date_id, ': ', SUM(o.seat_count))"
         " FROM reservations r FORCE INDEX (PRIMARY) STRAIGHT_JOIN reservations o ON o.user_id = "
         "r.user_id"
         " AND o.date_id = r.date_id AND (o.status = 'CONFIRMED'"
         "  OR (o.status = 'HELD' AND o.held_until > SYSDATE(6)))"
         " WHERE (#) AND (r.status = 'CONFIRMED'"
         "  OR (r.status = 'HELD' AND r.held_until > SYSDATE(6)))"
         " GROUP BY r.reservation_id"
         " HAVING SUM(o.seat_count) > MAX(o.user_seats_max)"
         " OR MAX(o.user_seats - o.user_seats_max) > 0 LIMIT 10"},
        // Of a token that ended with its line the hold may still be paid.
        {Invariant::kHoldKnownToItsToken,
         "SELECT CONCAT('reservation ', HEX(r.reservation_id)) FROM reservations r FORCE INDEX "
         "(PRIMARY)"
         " STRAIGHT_JOIN queue_tokens t ON t.token_id = r.token_id"
         " WHERE (#) AND r.status = 'HELD' AND r.held_until > SYSDATE(6)"
         " AND CASE t.status WHEN 'WAITING' THEN TRUE"
         "  WHEN 'ACTIVE' THEN NOT (t.hold_id <=> r.reservation_id)"
         "  ELSE t.expired_reason IN ('HOLD_LAPSED', 'ACTIVE_LAPSED', 'NOT_CLAIMED') END"
         " LIMIT 10"},
        // What lapsed before its token ended is as it should be.
        {Invariant::kHoldEndsWithItsToken,
         "SELECT CONCAT('reservation ', HEX(r.reservation_id)) FROM reservations r FORCE INDEX "
         "(PRIMARY)"
         " STRAIGHT_JOIN queue_tokens t ON t.token_id = r.token_id"
         " WHERE (#) AND r.status IN ('HELD', 'EXPIRED') AND t.status = 'EXPIRED'"
         " AND t.expired_reason IN ('LEFT', 'REVOKED', 'PAID') AND t.ended_at < r.held_until"
         " LIMIT 10"},
        {Invariant::kPaidHasPayment,
         "SELECT CONCAT('reservation ', HEX(r.reservation_id)) FROM reservations r FORCE INDEX "
         "(PRIMARY)"
         " LEFT JOIN payments p ON p.payment_id = r.payment_id"
         " AND p.reservation_id = r.reservation_id"
         " WHERE (#) AND r.status IN ('CONFIRMED', 'REFUNDED') AND p.payment_id IS NULL LIMIT 10"},
    });

const Walk kPayments(
    {"payments", "p.payment_id", kSliceRows, may_have_changed("p.concert_id")},
    {
        {Invariant::kPaymentHasReservation,
         "SELECT CONCAT('payment ', HEX(p.payment_id)) FROM payments p FORCE INDEX (PRIMARY)"
         " LEFT JOIN reservations r ON r.reservation_id = p.reservation_id"
         " AND r.payment_id = p.payment_id AND r.user_id = p.user_id"
         " AND r.amount = p.amount AND r.concert_id = p.concert_id"
         " AND r.status = CASE p.status WHEN 'PAID' THEN 'CONFIRMED' ELSE 'REFUNDED' END"
         " WHERE (#) AND r.reservation_id IS NULL LIMIT 10"},
        {Invariant::kPaidInTime,
         "SELECT CONCAT('payment ', HEX(p.payment_id), ': paid ', p.paid_at, ', held until ',"
         " r.held_until) FROM payments p FORCE INDEX (PRIMARY) STRAIGHT_JOIN reservations r"
         " ON r.reservation_id = p.reservation_id"
         " WHERE (#) AND p.paid_at >= r.held_until LIMIT 10"},
        {Invariant::kRefundedInTime,
         "SELECT CONCAT('payment ', HEX(p.payment_id), ': refunded ', p.refunded_at, ', until ',"
         " COALESCE(p.refund_limit, 'never')) FROM payments p FORCE INDEX (PRIMARY)"
         " WHERE (#) AND p.status = 'REFUNDED' AND (p.refund_limit IS NULL"
         "  OR p.refunded_at >= p.refund_limit) LIMIT 10"},
        {Invariant::kPaymentMovedMoney,
         "SELECT CONCAT('payment ', HEX(p.payment_id)) FROM payments p FORCE INDEX (PRIMARY)"
         " LEFT JOIN ledger_entries paid ON paid.reference = p.payment_id"
         " AND paid.kind = 'PAYMENT' AND paid.account = 'USER' AND paid.user_id = p.user_id"
         " AND paid.amount = -p.amount"
         " LEFT JOIN ledger_entries earned ON earned.reference = p.payment_id"
         " AND earned.kind = 'PAYMENT' AND earned.account = 'REVENUE'"
         " AND earned.concert_id = p.concert_id"
         " LEFT JOIN ledger_entries refunded ON refunded.reference = p.payment_id"
         " AND refunded.kind = 'REFUND' AND refunded.account = 'USER'"
         " AND refunded.user_id = p.user_id AND refunded.amount = p.amount"
         " LEFT JOIN ledger_entries returned ON returned.reference = p.payment_id"
         " AND returned.kind = 'REFUND' AND returned.account = 'REVENUE'"
         " AND returned.concert_id = p.concert_id"
         " WHERE (#) AND (paid.entry_id IS NULL OR earned.entry_id IS NULL"
         "  OR (p.status = 'REFUNDED') <> (refunded.entry_id IS NOT NULL)"
         "  OR (p.status = 'REFUNDED') <> (returned.entry_id IS NOT NULL)) LIMIT 10"},
    });

const Walk kLedger(
    {"ledger_entries", "e.entry_id", kSliceRows, ""},
    {
        {Invariant::kLedgerHasUser,
         "SELECT CONCAT('entry ', e.entry_id) FROM ledger_entries e FORCE INDEX (PRIMARY)"
         " WHERE (#) AND e.account = 'USER' AND e.user_id IS NULL LIMIT 10"},
        // Both entries stand in one slice, as a rule: only of others all are looked for.
        {Invariant::kMovementSumsToZero,
         "SELECT CONCAT(o.kind, ' ', HEX(o.reference), ': ', SUM(o.amount)) FROM"
         " (SELECT e.reference, e.kind FROM ledger_entries e FORCE INDEX (PRIMARY) WHERE (#) GROUP "
         "BY e.reference, e.kind"
         "  HAVING SUM(e.amount) <> 0 OR COUNT(*) <> 2 OR SUM(e.account = 'USER') <> 1) AS odd"
         " STRAIGHT_JOIN ledger_entries o ON o.reference = odd.reference AND o.kind = odd.kind"
         " GROUP BY o.reference, o.kind HAVING SUM(o.amount) <> 0 OR COUNT(*) <> 2"
         " OR SUM(o.account = 'USER') <> 1 LIMIT 10"},
        {Invariant::kMoneyMovedForPayments,
         "SELECT CONCAT('entry ', e.entry_id) FROM ledger_entries e FORCE INDEX (PRIMARY)"
         " LEFT JOIN payments p ON p.payment_id = e.reference"
         " WHERE (#) AND e.kind IN ('PAYMENT', 'REFUND') AND p.payment_id IS NULL LIMIT 10"},
    });

// Each has few rows here and may have many in the ledger.
const Walk kUsers(
    {"users", "u.user_id", kSliceRows / 4,
     "EXISTS (SELECT 1 FROM ledger_entries n WHERE n.user_id = u.user_id AND n.entry_id > ?)"},
    {
        // In the order of users, so that each is found beside the one before.
        {Invariant::kLedgerHasUser,
         "SELECT CONCAT('entry ', u.entry_id) FROM ledger_entries u FORCE INDEX (of_user)"
         " LEFT JOIN users o ON o.user_id = u.user_id WHERE (#) AND o.user_id IS NULL LIMIT 10"},
        {Invariant::kBalanceIsSum,
         "SELECT CONCAT('user ', HEX(u.user_id), ': balance ', MAX(u.balance), ', ledger ',"
         " COALESCE(SUM(l.amount), 0)) FROM users u FORCE INDEX (PRIMARY) LEFT JOIN ledger_entries "
         "l"
         " ON l.user_id = u.user_id WHERE (#) GROUP BY u.user_id"
         " HAVING MAX(u.balance) <> COALESCE(SUM(l.amount), 0) LIMIT 10"},
        {Invariant::kBalanceInBounds,
         "SELECT CONCAT('user ', HEX(u.user_id), ': ', u.balance) FROM users u FORCE INDEX "
         "(PRIMARY)"
         " WHERE (#) AND (u.balance < 0 OR u.balance > 1000000000000000) LIMIT 10"},
        {Invariant::kBalanceAfter,
         "SELECT CONCAT('entry ', entry_id, ': ', balance_after, ' after ', before_it, ' and ',"
         " amount) FROM (SELECT l.entry_id, l.amount, l.balance_after, "
         "COALESCE(LAG(l.balance_after)"
         "   OVER (PARTITION BY l.user_id ORDER BY l.entry_id), 0) AS before_it"
         "  FROM users u FORCE INDEX (PRIMARY) STRAIGHT_JOIN ledger_entries l ON l.user_id = "
         "u.user_id WHERE (#)) AS "
         "chain"
         " WHERE balance_after <> before_it + amount LIMIT 10"},
    });

}  // namespace

void audit_rows(AuditRun& run, const std::optional<AuditMark>& since) {
  const std::string first_id;
  const std::string last_id(UserId::kBytes, '\xFF');
  constexpr std::int64_t kLastEntry = std::numeric_limits<std::int64_t>::max();
  std::optional<db::Param> until;
  std::optional<db::Param> entry;
  if (since) {
    until = since->until;
    entry = since->last_entry;
  }
  kReservations.run(run, first_id, last_id, until);
  kPayments.run(run, first_id, last_id, until);
  kLedger.run(run, since ? since->last_entry : 0, kLastEntry, entry);
  kUsers.run(run, first_id, last_id, entry);
}

}  // namespace stagedoor::watch
