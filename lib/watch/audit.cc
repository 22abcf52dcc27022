#include "watch/audit.h"

#include <array>

#include "db/transaction.h"
#include "sale/seat_ranges.h"
#include "watch/pace_audit.h"

namespace stagedoor::watch {
namespace {

// As the LIMITs below say.
constexpr std::size_t kViolationsMax = 10;

// A statement that selects one text for each violation.
struct Invariant {
  const char* name;
  const char* sql;
};

constexpr std::array kInvariants = {
    Invariant{"line: places are given out without gaps",
              "SELECT CONCAT('concert ', q.concert_id, ': ', q.last_place, ' given out, ',"
              " COUNT(t.place), ' tokens, highest ', COALESCE(MAX(t.place), 0))"
              " FROM queue_counters q LEFT JOIN queue_tokens t ON t.concert_id = q.concert_id"
              " GROUP BY q.concert_id, q.last_place"
              " HAVING COUNT(t.place) <> q.last_place OR COALESCE(MAX(t.place), 0) <> q.last_place"
              " LIMIT 10"},
    Invariant{"line: a user has one live token per concert",
              "SELECT CONCAT('user ', HEX(user_id), ' concert ', concert_id, ': ', COUNT(*))"
              " FROM queue_tokens WHERE live GROUP BY user_id, concert_id HAVING COUNT(*) > 1"
              " LIMIT 10"},
    Invariant{"line: no client waits behind the front",
              "SELECT CONCAT('token ', HEX(t.token_id), ' place ', t.place)"
              " FROM queues q JOIN queue_tokens t ON t.concert_id = q.concert_id"
              " AND t.place <= q.front_place AND t.place > q.ended_place"
              " WHERE t.status = 'WAITING' LIMIT 10"},
    Invariant{"line: admissions are in line order",
              "SELECT CONCAT('token ', HEX(token_id), ' place ', place) FROM"
              " (SELECT token_id, place, admitted_in, LAG(admitted_in) OVER"
              "   (PARTITION BY concert_id ORDER BY place) AS before_it"
              "  FROM queue_tokens WHERE admitted_in IS NOT NULL) AS admitted"
              " WHERE admitted_in < before_it LIMIT 10"},
    Invariant{"line: the active are counted",
              "SELECT CONCAT('concert ', q.concert_id, ': ', q.active, ' less ', counted.gone,"
              " ', tokens ', counted.inside) FROM queues q JOIN"
              " (SELECT concert_id, SUM(gone) AS gone, SUM(inside) AS inside FROM"
              "  (SELECT d.concert_id, COUNT(*) AS gone, 0 AS inside FROM queue_departures d"
              "    JOIN queues q ON q.concert_id = d.concert_id AND d.place > q.ended_place"
              "    WHERE d.was_active GROUP BY d.concert_id"
              "   UNION ALL SELECT t.concert_id, 0, COUNT(*) FROM queue_tokens t"
              "    JOIN queues q ON q.concert_id = t.concert_id AND t.place > q.ended_place"
              "    WHERE t.status = 'ACTIVE' GROUP BY t.concert_id"
              "   UNION ALL SELECT concert_id, 0, 0 FROM queues) AS each_one"
              "  GROUP BY concert_id) AS counted ON counted.concert_id = q.concert_id"
              " WHERE q.active - counted.gone <> counted.inside LIMIT 10"},
    Invariant{"line: departed places are not counted as waiting",
              "SELECT CONCAT('token ', HEX(t.token_id), ' place ', t.place)"
              " FROM queues q JOIN queue_tokens t ON t.concert_id = q.concert_id"
              " AND t.place > q.front_place AND t.status = 'EXPIRED'"
              " LEFT JOIN queue_departures d ON d.concert_id = t.concert_id AND d.place = t.place"
              " LEFT JOIN queue_blocks b ON b.concert_id = t.concert_id"
              " AND b.block = t.place DIV 8192"
              " WHERE d.place IS NULL AND (b.departed IS NULL OR (ORD(SUBSTRING(b.departed,"
              "  (t.place MOD 8192) DIV 8 + 1, 1)) >> (t.place MOD 8)) & 1 = 0) LIMIT 10"},
    Invariant{"admission: no record exceeds its limit",
              "SELECT CONCAT('concert ', concert_id, ' admission ', admission, ': ', active_after,"
              " ' of ', max_active) FROM admissions WHERE active_after > max_active LIMIT 10"},
    Invariant{
        "admission: every record has its tokens",
        // One pass over the tokens: a join from the admissions would be one for each of them. A
        // token outside of what its record let in counts twice.
        "SELECT CONCAT('concert ', concert_id, ' admission ', admission, ': ',"
        " SUM(recorded), ' recorded, ', SUM(tokens), ' tokens') FROM"
        " (SELECT concert_id, admission, admitted AS recorded, 0 AS tokens FROM admissions"
        "  UNION ALL SELECT t.concert_id, t.admitted_in, 0, COUNT(*) + SUM(a.admission IS NULL)"
        "  FROM queue_tokens t LEFT JOIN admissions a ON a.concert_id = t.concert_id"
        "   AND a.admission = t.admitted_in AND t.place <= a.front_place"
        "   AND t.place > a.front_before"
        "  WHERE t.admitted_in IS NOT NULL GROUP BY t.concert_id, t.admitted_in) AS counted"
        " GROUP BY concert_id, admission HAVING SUM(recorded) <> SUM(tokens)"
        " LIMIT 10"},
    // Counted anew from the tokens: those who are let in, less those who end.
    Invariant{"admission: never more active than the limit in force",
              "SELECT CONCAT('concert ', concert_id, ' at ', at, ': ', active, ' of ', max_active)"
              " FROM (SELECT e.concert_id, e.at, e.max_active, SUM(e.change_by) OVER"
              "   (PARTITION BY e.concert_id ORDER BY e.at, e.change_by"
              "    ROWS UNBOUNDED PRECEDING) AS active"
              "  FROM (SELECT concert_id, admitted_at AS at, admitted AS change_by, max_active"
              "         FROM admissions"
              "        UNION ALL SELECT concert_id, ended_at, -1, NULL FROM queue_tokens"
              "         WHERE admitted_in IS NOT NULL AND status = 'EXPIRED'"
              "        ) AS e) AS running"
              " WHERE max_active IS NOT NULL AND active > max_active LIMIT 10"},
    Invariant{"seats: the owner of a seat is a reservation of it",
              "SELECT CONCAT('date ', s.date_id, ' seat ', s.number)"
              " FROM seats s LEFT JOIN reservations r ON r.reservation_id = s.reservation_id"
              " AND r.date_id = s.date_id LEFT JOIN reservation_seats rs"
              " ON rs.reservation_id = s.reservation_id AND rs.number = s.number"
              " WHERE s.status <> 'AVAILABLE' AND (r.reservation_id IS NULL OR rs.number IS NULL"
              " OR (s.status = 'HELD' AND (r.status <> 'HELD' OR r.held_until <> s.held_until)))"
              " LIMIT 10"},
    Invariant{"seats: every SOLD seat has exactly one confirmed reservation",
              "SELECT CONCAT('date ', s.date_id, ' seat ', s.number, ': ', COUNT(r.reservation_id))"
              " FROM seats s LEFT JOIN reservation_seats rs ON rs.reservation_id = s.reservation_id"
              " AND rs.number = s.number LEFT JOIN reservations r"
              " ON r.reservation_id = rs.reservation_id AND r.date_id = s.date_id"
              " AND r.status = 'CONFIRMED'"
              " WHERE s.status = 'SOLD' GROUP BY s.date_id, s.number"
              " HAVING COUNT(r.reservation_id) <> 1 LIMIT 10"},
    Invariant{"seats: a confirmed reservation owns all of its seats",
              "SELECT CONCAT('reservation ', HEX(r.reservation_id), ' seat ', rs.number)"
              " FROM reservations r JOIN reservation_seats rs"
              " ON rs.reservation_id = r.reservation_id LEFT JOIN seats s ON s.date_id = r.date_id"
              " AND s.number = rs.number AND s.reservation_id = r.reservation_id"
              " AND s.status = 'SOLD' WHERE r.status = 'CONFIRMED' AND s.number IS NULL LIMIT 10"},
    Invariant{"seats: a live hold holds all of its seats",
              "SELECT CONCAT('reservation ', HEX(r.reservation_id), ' seat ', rs.number)"
              " FROM reservations r JOIN reservation_seats rs"
              " ON rs.reservation_id = r.reservation_id LEFT JOIN seats s ON s.date_id = r.date_id"
              " AND s.number = rs.number AND s.reservation_id = r.reservation_id"
              " AND s.status = 'HELD' WHERE r.status = 'HELD' AND r.held_until > SYSDATE(6)"
              " AND s.number IS NULL LIMIT 10"},
    Invariant{"reservations: seats and amount add up",
              "SELECT CONCAT('reservation ', HEX(r.reservation_id)) FROM reservations r"
              " LEFT JOIN reservation_seats rs ON rs.reservation_id = r.reservation_id"
              " GROUP BY r.reservation_id, r.seat_count, r.amount"
              " HAVING COUNT(rs.number) <> r.seat_count"
              " OR COALESCE(SUM(rs.price), 0) <> r.amount LIMIT 10"},
    Invariant{"reservations: no user has more seats of a date than allowed",
              "SELECT CONCAT('user ', HEX(user_id), ' date ', date_id, ': ', SUM(seat_count))"
              " FROM reservations WHERE status = 'CONFIRMED'"
              " OR (status = 'HELD' AND held_until > SYSDATE(6))"
              " GROUP BY user_id, date_id HAVING SUM(seat_count) > MAX(user_seats_max)"
              " OR MAX(user_seats - user_seats_max) > 0 LIMIT 10"},
    Invariant{"reservations: a token has one open hold and knows it",
              "SELECT CONCAT('token ', HEX(t.token_id)) FROM queue_tokens t"
              " LEFT JOIN reservations r ON r.reservation_id = t.hold_id"
              " WHERE t.status = 'ACTIVE' AND t.hold_id IS NOT NULL"
              " AND (r.reservation_id IS NULL OR r.token_id <> t.token_id"
              "  OR (r.status <> 'HELD' AND r.held_until > SYSDATE(6))"
              "  OR r.held_until <> t.held_until) LIMIT 10"},
    Invariant{"money: every balance is the sum of its ledger",
              "SELECT CONCAT('user ', HEX(u.user_id), ': balance ', u.balance, ', ledger ',"
              " COALESCE(l.total, 0)) FROM users u LEFT JOIN"
              " (SELECT user_id, SUM(amount) AS total FROM ledger_entries WHERE account = 'USER'"
              "  GROUP BY user_id) AS l ON l.user_id = u.user_id"
              " WHERE u.balance <> COALESCE(l.total, 0) LIMIT 10"},
    Invariant{"money: no ledger without a user",
              "SELECT CONCAT('entry ', l.entry_id) FROM ledger_entries l"
              " LEFT JOIN users u ON u.user_id = l.user_id"
              " WHERE l.account = 'USER' AND u.user_id IS NULL LIMIT 10"},
    Invariant{"money: every balance is within its bounds",
              "SELECT CONCAT('user ', HEX(user_id), ': ', balance) FROM users"
              " WHERE balance < 0 OR balance > 1000000000000000 LIMIT 10"},
    Invariant{"money: every entry says the balance after it",
              "SELECT CONCAT('entry ', entry_id, ': ', balance_after, ', sum ', running) FROM"
              " (SELECT entry_id, balance_after, SUM(amount) OVER"
              "   (PARTITION BY user_id ORDER BY entry_id ROWS UNBOUNDED PRECEDING) AS running"
              "  FROM ledger_entries WHERE account = 'USER') AS chain"
              " WHERE balance_after <> running LIMIT 10"},
    Invariant{"money: the entries of every movement sum to zero",
              "SELECT CONCAT(kind, ' ', HEX(reference), ': ', SUM(amount)) FROM ledger_entries"
              " GROUP BY reference, kind HAVING SUM(amount) <> 0 OR COUNT(*) <> 2 LIMIT 10"},
    Invariant{"payments: each has its reservation",
              "SELECT CONCAT('payment ', HEX(p.payment_id)) FROM payments p"
              " LEFT JOIN reservations r ON r.reservation_id = p.reservation_id"
              " AND r.payment_id = p.payment_id AND r.user_id = p.user_id"
              " AND r.amount = p.amount AND r.concert_id = p.concert_id"
              " AND r.status = CASE p.status WHEN 'PAID' THEN 'CONFIRMED' ELSE 'REFUNDED' END"
              " WHERE r.reservation_id IS NULL LIMIT 10"},
    Invariant{"payments: every confirmed or refunded reservation has one",
              "SELECT CONCAT('reservation ', HEX(r.reservation_id)) FROM reservations r"
              " LEFT JOIN payments p ON p.payment_id = r.payment_id"
              " AND p.reservation_id = r.reservation_id"
              " WHERE r.status IN ('CONFIRMED', 'REFUNDED') AND p.payment_id IS NULL LIMIT 10"},
    Invariant{"payments: each moved its money, and back when it was refunded",
              "SELECT CONCAT('payment ', HEX(p.payment_id)) FROM payments p"
              " LEFT JOIN ledger_entries paid ON paid.reference = p.payment_id"
              " AND paid.kind = 'PAYMENT' AND paid.account = 'USER' AND paid.user_id = p.user_id"
              " AND paid.amount = -p.amount"
              " LEFT JOIN ledger_entries refunded ON refunded.reference = p.payment_id"
              " AND refunded.kind = 'REFUND' AND refunded.account = 'USER'"
              " AND refunded.user_id = p.user_id AND refunded.amount = p.amount"
              " WHERE paid.entry_id IS NULL"
              " OR (p.status = 'REFUNDED') <> (refunded.entry_id IS NOT NULL) LIMIT 10"},
    Invariant{"payments: money moved for payments only",
              "SELECT CONCAT('entry ', l.entry_id) FROM ledger_entries l"
              " LEFT JOIN payments p ON p.payment_id = l.reference"
              " WHERE l.kind IN ('PAYMENT', 'REFUND') AND p.payment_id IS NULL LIMIT 10"},
};

}  // namespace

std::vector<AuditFinding> audit(db::Connection& database) {
  db::Snapshot snapshot(database);
  std::vector<AuditFinding> findings;
  for (const Invariant& invariant : kInvariants) {
    AuditFinding& finding = findings.emplace_back();
    finding.invariant = invariant.name;
    for (db::Rows rows = snapshot.query(invariant.sql); rows.next();) {
      rows.read(finding.violations.emplace_back());
    }
  }
  findings.push_back({"admission: the pace in force is kept in every stretch of time",
                      admissions_off_pace(snapshot, kViolationsMax)});
  findings.push_back({"seats: those of a date are what its organiser put in",
                      sale::wrong_seat_ranges(snapshot, kViolationsMax)});
  return findings;
}

}  // namespace stagedoor::watch
