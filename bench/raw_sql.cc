#include "raw_sql.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "line/line_ends.h"

namespace stagedoor::bench::raw {

Pool::Pool(const DatabaseConfig& config, std::size_t connections) {
  for (std::size_t i = 0; i < connections; ++i) {
    connections_.push_back(std::make_unique<db::Connection>(config));
    connections_.back()->now();
  }
}

double Pool::rate(std::size_t calls, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr first_error;
  std::mutex error_mutex;
  const Micros started_at = monotonic_now();
  std::vector<std::jthread> threads;
  for (const auto& connection : connections_) {
    threads.emplace_back([&] {
      try {
        for (std::size_t call = next++; call < calls; call = next++) work(*connection, call);
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!first_error) first_error = std::current_exception();
      }
    });
  }
  threads.clear();
  if (first_error) std::rethrow_exception(first_error);
  return static_cast<double>(calls) /
         std::chrono::duration<double>(monotonic_now() - started_at).count();
}

namespace {

constexpr const char* kSelectUserInLine =
    "SELECT EXISTS (SELECT 1 FROM users WHERE user_id = ?), t.token_id, t.place, t.issued_at,"
    " t.status, t.admitted_at, t.claimed_at, t.active_until, t.held_until, t.expired_reason"
    " FROM (SELECT 1) AS one LEFT JOIN queue_tokens t"
    " ON t.user_id = ? AND t.concert_id = ? AND t.live = TRUE";
constexpr const char* kDrawPlace =
    "UPDATE queue_counters SET last_place = LAST_INSERT_ID(last_place + 1) WHERE concert_id = ?";
constexpr const char* kInsertToken =
    "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at)"
    " VALUES (?, ?, ?, LAST_INSERT_ID(), 'WAITING', TRUE, SYSDATE(6))";
constexpr const char* kReadPlace = "SELECT place, issued_at FROM queue_tokens WHERE token_id = ?";

}  // namespace

void join(db::Connection& database, const Show& show, UserId user_id) {
  database.query(kSelectUserInLine, user_id, user_id, show.concert).next();
  const auto token_id = TokenId::make();
  {
    db::Transaction transaction(database);
    transaction.execute(kDrawPlace, show.concert);
    transaction.execute(kInsertToken, token_id, show.concert, user_id);
    transaction.commit();
  }
  database.query(kReadPlace, token_id).next();
}

namespace {

constexpr const char* kLockToken =
    "SELECT status, admitted_at, claimed_at, active_until, held_until, expired_reason, hold_id"
    " FROM queue_tokens WHERE token_id = ? FOR UPDATE";
const std::string kSelectFacts =
    "SELECT SYSDATE(6), " + line::line_end_reason("t.concert_id", "?") +
    ", LEAST(t.last_date_at, COALESCE(t.sale_closes_at, t.last_date_at)), t.active_seconds,"
    " d.concert_id, c.title, d.starts_at, d.sale_opens_at,"
    " LEAST(c.last_date_at, COALESCE(c.sale_closes_at, c.last_date_at)), c.hold_seconds,"
    " c.max_seats_per_user,"
    " (SELECT CAST(COALESCE(SUM(r.seat_count), 0) AS SIGNED) FROM reservations r"
    "  WHERE r.user_id = ? AND r.date_id = ? AND (r.status = 'CONFIRMED'"
    "  OR (r.status = 'HELD' AND r.held_until > SYSDATE(6))))"
    " FROM concerts t LEFT JOIN dates d ON d.date_id = ?"
    " LEFT JOIN concerts c ON c.concert_id = d.concert_id WHERE t.concert_id = ?";
constexpr const char* kLockSeat =
    "SELECT number, label, section, grade, price, status, held_until, SYSDATE(6) FROM seats"
    " WHERE date_id = ? AND number IN (?) ORDER BY number FOR UPDATE";
constexpr const char* kHoldSeat =
    "UPDATE seats SET status = 'HELD', reservation_id = ?, held_until = ?"
    " WHERE date_id = ? AND number IN (?)";
constexpr const char* kInsertReservation =
    "INSERT INTO reservations (reservation_id, user_id, concert_id, date_id, token_id, status,"
    " open, seat_count, amount, user_seats, user_seats_max, held_until, created_at)"
    " VALUES (?, ?, ?, ?, ?, 'HELD', TRUE, ?, ?, ?, ?, ?, ?)";
constexpr const char* kInsertReservedSeat =
    "INSERT INTO reservation_seats (reservation_id, number, section, grade, price)"
    " SELECT ?, number, section, grade, price FROM seats WHERE date_id = ? AND number IN (?)";
constexpr const char* kHoldOnToken =
    "UPDATE queue_tokens SET hold_id = ?, held_until = ?, ends_at = ?,"
    " active_until = CASE WHEN claimed_at IS NULL THEN admitted_at + INTERVAL ? SECOND"
    "  ELSE active_until END,"
    " claimed_at = COALESCE(claimed_at, ?) WHERE token_id = ?";

constexpr std::int64_t kSeatsPerUserMax = 100;
constexpr std::chrono::seconds kHold{3'600};
constexpr std::int64_t kActiveS = 86'400;

}  // namespace

std::optional<ReservationId> reserve(db::Connection& database, const Fan& fan, DateId date_id,
                                     std::int64_t seat) {
  const QueueTokenClaims& claims = fan.claims;
  return db::transact(database, [&](db::Transaction& transaction) -> std::optional<ReservationId> {
    transaction.query(kLockToken, claims.token_id).next();
    transaction
        .query(kSelectFacts.c_str(), claims.place, claims.user_id, date_id, date_id,
               claims.concert_id)
        .next();
    std::int64_t number = 0;
    std::string label;
    std::optional<std::string> section;
    std::string grade;
    Money price;
    std::string status;
    std::optional<Time> held_until;
    Time now;
    transaction.query(kLockSeat, date_id, seat)
        .read_first(number, label, section, grade, price, status, held_until, now);
    if (status != "AVAILABLE") return std::nullopt;
    const auto id = ReservationId::make();
    const Time until = now + kHold;
    transaction.execute(kHoldSeat, id, until, date_id, seat);
    transaction.execute(kInsertReservation, id, claims.user_id, claims.concert_id, date_id,
                        claims.token_id, 1, price, 1, kSeatsPerUserMax, until, now);
    transaction.execute(kInsertReservedSeat, id, date_id, seat);
    transaction.execute(kHoldOnToken, id, until, until, kActiveS, now, claims.token_id);
    transaction.commit();
    return id;
  });
}

namespace {

constexpr const char* kLockAccount =
    "SELECT name, email, created_at, balance FROM users WHERE user_id = ? FOR UPDATE";
constexpr const char* kSelectAnswer =
    "SELECT fingerprint, status, body FROM idempotency_keys"
    " WHERE user_id = ? AND operation = ? AND client_key = ?"
    " AND created_at > SYSDATE(6) - INTERVAL 1 DAY";
constexpr const char* kFindReservation =
    "SELECT r.user_id, r.token_id, r.concert_id, r.date_id, r.amount, c.title, d.starts_at"
    " FROM reservations r JOIN concerts c ON c.concert_id = r.concert_id"
    " JOIN dates d ON d.date_id = r.date_id WHERE r.reservation_id = ?";
constexpr const char* kSelectReservedSeats =
    "SELECT rs.number, s.label, rs.section, rs.grade, rs.price FROM reservation_seats rs"
    " JOIN seats s ON s.date_id = ? AND s.number = rs.number"
    " WHERE rs.reservation_id = ? ORDER BY rs.number";
constexpr const char* kLockReservation =
    "SELECT status, held_until FROM reservations WHERE reservation_id = ? FOR UPDATE";
constexpr const char* kLockOwnedSeats =
    "SELECT s.number, SYSDATE(6) FROM reservation_seats rs JOIN seats s ON s.date_id = ?"
    " AND s.number = rs.number WHERE rs.reservation_id = ? AND s.reservation_id = ?"
    " AND s.status = 'HELD' ORDER BY s.number FOR UPDATE";
constexpr const char* kSetBalance = "UPDATE users SET balance = ? WHERE user_id = ?";
constexpr const char* kInsertEntries =
    "INSERT INTO ledger_entries (account, user_id, concert_id, kind, reference, amount,"
    " balance_after, at) VALUES ('USER', ?, NULL, ?, ?, ?, ?, ?), (?, NULL, ?, ?, ?, ?, NULL, ?)";
constexpr const char* kRecordDeparture =
    "INSERT INTO queue_departures (concert_id, place, was_active)"
    " SELECT concert_id, place, status = 'ACTIVE' FROM queue_tokens"
    " WHERE token_id = ? AND status <> 'EXPIRED'";
constexpr const char* kEndToken =
    "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = ?, expired_reason = ?"
    " WHERE token_id = ? AND status <> 'EXPIRED'";
constexpr const char* kConfirmReservation =
    "UPDATE reservations SET status = 'CONFIRMED', open = NULL, payment_id = ?"
    " WHERE reservation_id = ?";
constexpr const char* kInsertPayment =
    "INSERT INTO payments (payment_id, reservation_id, user_id, concert_id, amount,"
    " balance_after, status, paid_at) VALUES (?, ?, ?, ?, ?, ?, 'PAID', ?)";
constexpr const char* kSellSeats =
    "UPDATE seats s JOIN reservation_seats rs ON rs.number = s.number"
    " SET s.status = 'SOLD', s.held_until = NULL"
    " WHERE rs.reservation_id = ? AND s.date_id = ? AND s.reservation_id = ?";
constexpr const char* kInsertAnswer =
    "INSERT INTO idempotency_keys (user_id, operation, client_key, fingerprint, status, body,"
    " created_at) VALUES (?, ?, ?, ?, ?, ?, SYSDATE(6))"
    " ON DUPLICATE KEY UPDATE fingerprint = VALUES(fingerprint), status = VALUES(status),"
    " body = VALUES(body), created_at = VALUES(created_at)";
constexpr const char* kAnySeatLeft =
    "SELECT EXISTS (SELECT 1 FROM dates d JOIN seats s ON s.date_id = d.date_id"
    " WHERE d.concert_id = ? AND d.starts_at > ? AND s.status IN ('AVAILABLE', 'HELD'))";

// As long as the answer of a real payment, and of a fingerprint.
constexpr std::size_t kAnswerBytes = 420;
constexpr std::size_t kFingerprintBytes = 32;

}  // namespace

void pay(db::Connection& database, const Fan& fan, DateId date_id, ReservationId reservation_id) {
  const QueueTokenClaims& claims = fan.claims;
  const std::string key = reservation_id.text();
  const auto payment_id = PaymentId::make();
  db::Transaction transaction(database);
  std::optional<std::string> nothing;
  Time at;
  Money balance;
  transaction.query(kLockAccount, claims.user_id).read_first(nothing, nothing, at, balance);
  transaction.query(kSelectAnswer, claims.user_id, "pay", key).next();
  UserId user_id;
  TokenId token_id;
  ConcertId concert_id;
  DateId found_date;
  Money amount;
  std::string title;
  transaction.query(kFindReservation, reservation_id)
      .read_first(user_id, token_id, concert_id, found_date, amount, title, at);
  transaction.query(kSelectReservedSeats, found_date, reservation_id).next();
  transaction.query(kLockToken, token_id).next();
  transaction.query(kLockReservation, reservation_id).next();
  std::int64_t number = 0;
  Time now;
  transaction.query(kLockOwnedSeats, date_id, reservation_id, reservation_id)
      .read_first(number, now);
  const Money after = balance - amount;
  transaction.execute(kSetBalance, after, user_id);
  transaction.execute(kInsertEntries, user_id, "PAYMENT", payment_id, -amount, after, now,
                      "REVENUE", concert_id, "PAYMENT", payment_id, amount, now);
  transaction.execute(kRecordDeparture, token_id);
  transaction.execute(kEndToken, now, "PAID", token_id);
  transaction.execute(kConfirmReservation, payment_id, reservation_id);
  transaction.execute(kInsertPayment, payment_id, reservation_id, user_id, concert_id, amount,
                      after, now);
  transaction.execute(kSellSeats, reservation_id, date_id, reservation_id);
  transaction.execute(kInsertAnswer, user_id, "pay", key, std::string(kFingerprintBytes, 'f'), 201,
                      std::string(kAnswerBytes, 'x'));
  transaction.commit();
  database.query(kAnySeatLeft, concert_id, now).next();
}

}  // namespace stagedoor::bench::raw
