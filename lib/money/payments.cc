#include "money/payments.h"

#include <algorithm>

#include "db/columns.h"
#include "line/ending.h"
#include "line/token_rows.h"
#include "metrics/metrics.h"
#include "money/ledger.h"
#include "sale/reservation_rows.h"

namespace stagedoor::money {
namespace {

const db::Columns<Payment> kPaymentToBeColumns = {
    {"r.user_id", &Payment::user_id},     {"r.concert_id", &Payment::concert_id},
    {"r.date_id", &Payment::date_id},     {"r.amount", &Payment::amount},
    {"c.title", &Payment::concert_title}, {"d.starts_at", &Payment::starts_at}};
struct FoundReservation {
  TokenId token_id;
  Payment payment;  // what there will be once it is paid
};
const db::Select<FoundReservation> kFindReservation(
    {{"r.token_id", &FoundReservation::token_id},
     {&FoundReservation::payment, kPaymentToBeColumns}},
    "FROM reservations r JOIN concerts c ON c.concert_id = r.concert_id"
    " JOIN dates d ON d.date_id = r.date_id WHERE r.reservation_id = ?");

const db::Select<ReservedSeat> kSelectReservedSeats(
    sale::kReservedSeatColumns,
    "FROM reservation_seats rs JOIN seats s ON s.date_id = ? AND s.number = rs.number"
    " WHERE rs.reservation_id = ? ORDER BY rs.number");

constexpr const char* kInsertPayment =
    "INSERT INTO payments (payment_id, reservation_id, user_id, concert_id, amount,"
    " balance_after, status, paid_at) VALUES (?, ?, ?, ?, ?, ?, 'PAID', ?)";

std::optional<FoundReservation> find_reservation(db::Transaction& transaction, ReservationId id) {
  auto found = kFindReservation.first(transaction, id);
  if (!found) return found;
  Payment& payment = found->payment;
  payment.reservation_id = id;
  payment.seats = kSelectReservedSeats.all(transaction, payment.date_id, id);
  return found;
}

void write_payment(db::Transaction& transaction, Payment& payment, TokenId token_id,
                   Money balance) {
  const Movement movement{.kind = MovementKind::kPayment,
                          .user_id = payment.user_id,
                          .concert_id = payment.concert_id,
                          .reference = payment.id.bytes(),
                          .to_user = -payment.amount};
  payment.balance = move_money(transaction, movement, balance, payment.created_at);
  line::end_token_row(transaction, token_id, EndReason::kPaid, payment.created_at);
  sale::confirm_hold(transaction, payment.reservation_id, payment.date_id, payment.id);
  transaction.execute(kInsertPayment, payment.id, payment.reservation_id, payment.user_id,
                      payment.concert_id, payment.amount, payment.balance, payment.created_at);
}

const db::Columns<Payment> kPaymentColumns = {
    {"p.payment_id", &Payment::id},         {"p.reservation_id", &Payment::reservation_id},
    {"p.user_id", &Payment::user_id},       {"p.concert_id", &Payment::concert_id},
    {"c.title", &Payment::concert_title},   {"r.date_id", &Payment::date_id},
    {"d.starts_at", &Payment::starts_at},   {"p.amount", &Payment::amount},
    {"p.balance_after", &Payment::balance}, {"p.status", &Payment::status},
    {"p.paid_at", &Payment::created_at},    {"p.refunded_at", &Payment::refunded_at}};
using PaidSeat = sale::OwnedSeat<Payment>;
const db::Columns<PaidSeat> kPaidSeatColumns = {{&PaidSeat::owner, kPaymentColumns},
                                                {&PaidSeat::seat, sale::kReservedSeatColumns}};
const std::string kPaymentJoins =
    " JOIN reservations r ON r.reservation_id = p.reservation_id"
    " JOIN concerts c ON c.concert_id = p.concert_id"
    " JOIN dates d ON d.date_id = r.date_id"
    " JOIN reservation_seats rs ON rs.reservation_id = p.reservation_id"
    " JOIN seats s ON s.date_id = r.date_id AND s.number = rs.number";

const db::Select<PaidSeat> kSelectPayment(
    kPaidSeatColumns, "FROM payments p" + kPaymentJoins +
                          " WHERE p.payment_id = ? AND p.user_id = ? ORDER BY rs.number");
const db::Select<PaidSeat> kListPayments(
    kPaidSeatColumns,
    "FROM (SELECT * FROM payments WHERE user_id = ? AND (paid_at, payment_id) < (?, ?)"
    "       ORDER BY paid_at DESC, payment_id DESC LIMIT ?) AS p" +
        kPaymentJoins + " ORDER BY p.paid_at DESC, p.payment_id DESC, rs.number");

constexpr const char* kLockPayment = "SELECT status FROM payments WHERE payment_id = ? FOR UPDATE";
constexpr const char* kRefundUntil = "SELECT refund_until FROM concerts WHERE concert_id = ?";
constexpr const char* kRefundPayment =
    "UPDATE payments SET status = 'REFUNDED', refunded_at = ?, refund_limit = ?,"
    " balance_after = ?"
    " WHERE payment_id = ?";

void write_refund(db::Transaction& transaction, Payment& payment, Time refund_limit,
                  Money balance) {
  const Movement movement{.kind = MovementKind::kRefund,
                          .user_id = payment.user_id,
                          .concert_id = payment.concert_id,
                          .reference = payment.id.bytes(),
                          .to_user = payment.amount};
  payment.status = PaymentStatus::kRefunded;
  payment.balance = move_money(transaction, movement, balance, *payment.refunded_at);
  transaction.execute(kRefundPayment, payment.refunded_at, refund_limit, payment.balance,
                      payment.id);
  sale::refund_reservation(transaction, payment.reservation_id);
}

// What a payment changed besides the money: the owner's token has ended.
struct Paid {
  Payment payment;
  TokenId token_id;
};
using AppliedPayment = people::Applied<Paid>;

// The locks are taken in the order user, key, token, reservation, seats.
Outcome<AppliedPayment> pay_locked(db::Transaction& transaction, const people::LockedUser& user,
                                   const PayRequest& request, const RenderPayment& render) {
  if (!request.token) return request.token.error();
  auto found = find_reservation(transaction, request.reservation_id);
  if (!found || found->payment.user_id != request.user_id) return Refused{Refusal::kNotFound};
  Payment& payment = found->payment;
  line::lock_token(transaction, found->token_id);
  const auto hold = sale::lock_hold(transaction, payment.reservation_id, payment.date_id);
  const bool owns_seats = hold.seats_owned == payment.seats.size();
  const auto allowed = check_payment(hold.status, owns_seats, user.balance, payment.amount);
  if (!allowed) return allowed.error();
  payment.id = PaymentId::make();
  payment.created_at = hold.now;
  write_payment(transaction, payment, found->token_id, user.balance);
  return AppliedPayment{{201, render(payment)}, Paid{std::move(payment), found->token_id}};
}

using AppliedRefund = people::Applied<Payment>;

Outcome<AppliedRefund> refund_locked(db::Transaction& transaction, const people::LockedUser& user,
                                     Payment payment, const RenderPayment& render) {
  PaymentStatus status{};
  sale::lock_reservation(transaction, payment.reservation_id);
  transaction.enter(db::LockRank::kPayment);
  if (!transaction.query(kLockPayment, payment.id).read_first(status)) {
    return Refused{Refusal::kNotFound};
  }
  std::optional<Time> refund_until;
  transaction.query(kRefundUntil, payment.concert_id).read_first(refund_until);
  const Time now = transaction.now();
  const auto allowed =
      check_refund(status, refund_until, payment.starts_at, user.balance, payment.amount, now);
  if (!allowed) return allowed.error();
  payment.refunded_at = now;
  write_refund(transaction, payment, refund_until.value_or(payment.starts_at), user.balance);
  return AppliedRefund{{200, render(payment)}, std::move(payment)};
}

}  // namespace

Outcome<people::StoredAnswer> pay(line::LineStores& stores, const PayRequest& request,
                                  const RenderPayment& render) {
  const auto applied =
      people::apply_once(stores.database, request.user_id, request.key,
                         [&](db::Transaction& transaction, const people::LockedUser& user) {
                           return pay_locked(transaction, user, request, render);
                         });
  if (!applied) return applied.error();
  if (applied->effect) {
    const Payment& payment = applied->effect->payment;
    metrics::count(metrics::Counter::kPayments);
    metrics::count(metrics::Counter::kPaidAmount, payment.amount.value);
    line::announce_token_change(stores, payment.concert_id, applied->effect->token_id, false);
    line::try_refill(stores, payment.concert_id);
    // Of two who buy the last seats at once, the later one sees both sold.
    line::try_advance_if_sold_out(stores.database, stores.memcached, payment.concert_id);
  }
  return applied->answer;
}

Outcome<people::StoredAnswer> refund(line::LineStores& stores, UserId user_id, PaymentId id,
                                     const people::IdempotencyKey& key,
                                     const RenderPayment& render) {
  const auto payment = find_payment(stores.database, user_id, id);
  if (!payment) return payment.error();
  const auto applied =
      people::apply_once(stores.database, user_id, key,
                         [&](db::Transaction& transaction, const people::LockedUser& user) {
                           return refund_locked(transaction, user, *payment, render);
                         });
  if (!applied) return applied.error();
  if (applied->effect) {
    metrics::count(metrics::Counter::kRefunds);
    metrics::count(metrics::Counter::kRefundedAmount, payment->amount.value);
    // A sold-out sale is open again for those who join now.
    line::try_advance_line(stores.database, stores.memcached, payment->concert_id);
  }
  return applied->answer;
}

Outcome<Payment> find_payment(db::Connection& database, UserId user_id, PaymentId id) {
  auto found = sale::gather_seats(kSelectPayment.all(database, id, user_id));
  if (found.empty()) return Refused{Refusal::kNotFound};
  return std::move(found.front());
}

TimePage<Payment> list_payments(db::Connection& database, UserId user_id,
                                const std::optional<TimeCursor<PaymentId>>& after, int limit) {
  const auto start = after.value_or(TimeCursor<PaymentId>{});
  return make_page(
      sale::gather_seats(kListPayments.all(database, user_id, start.at, start.id, limit + 1)),
      limit);
}

}  // namespace stagedoor::money
