#include "sale/reservations.h"

#include <algorithm>

#include "db/list_sql.h"
#include "line/line_ends.h"
#include "line/token_rows.h"
#include "metrics/metrics.h"
#include "people/accounts.h"
#include "sale/best_seats.h"
#include "sale/reservation_rows.h"

namespace stagedoor::sale {
namespace {

// How often a choice of best seats may lose a race before the client is asked to come again. Each
// lost race means that another client got seats.
constexpr int kChoicesMax = 50;

// All that decides about a wish besides the seats, read while the token is locked.
struct SaleFacts {
  Time now;
  std::optional<EndReason> ended_reason;  // of the token's line
  Time line_closes_at;
  std::int64_t active_s = 0;
  std::optional<DateOnSale> date;
  std::int64_t seats_of_user = 0;

  [[nodiscard]] LineEnd line_end() const { return {ended_reason, now >= line_closes_at}; }
};

const db::Columns<DateOnSale> kDateOnSaleColumns = {
    {"d.concert_id", &DateOnSale::concert_id},
    {"c.title", &DateOnSale::concert_title},
    {"d.starts_at", &DateOnSale::starts_at},
    {"d.sale_opens_at", &DateOnSale::opens_at},
    {"LEAST(c.last_date_at, COALESCE(c.sale_closes_at, c.last_date_at))", &DateOnSale::closes_at},
    {"c.hold_seconds", &DateOnSale::hold_s},
    {"c.max_seats_per_user", &DateOnSale::max_seats_per_user}};

// The concert `t` is the one of the token, `c` the one of the date.
const db::Select<SaleFacts> kSelectFacts(
    {{"SYSDATE(6)", &SaleFacts::now},
     {line::line_end_reason("t.concert_id", "?"), &SaleFacts::ended_reason},
     {"LEAST(t.last_date_at, COALESCE(t.sale_closes_at, t.last_date_at))",
      &SaleFacts::line_closes_at},
     {"t.active_seconds", &SaleFacts::active_s},
     {&SaleFacts::date, kDateOnSaleColumns},
     {"(SELECT CAST(COALESCE(SUM(r.seat_count), 0) AS SIGNED) FROM reservations r"
      "  WHERE r.user_id = ? AND r.date_id = ? AND (r.status = 'CONFIRMED'"
      "  OR (r.status = 'HELD' AND r.held_until > SYSDATE(6))))",
      &SaleFacts::seats_of_user}},
    "FROM concerts t LEFT JOIN dates d ON d.date_id = ?"
    " LEFT JOIN concerts c ON c.concert_id = d.concert_id WHERE t.concert_id = ?");

// REQUIRES: there is the concert that the token names.
SaleFacts read_facts(db::Transaction& transaction, const ReserveRequest& request) {
  const QueueTokenClaims& token = *request.token;
  return kSelectFacts
      .first(transaction, token.entry, request.user_id, request.date_id, request.date_id,
             token.concert_id)
      .value_or(SaleFacts{});
}

struct LockedSeatRow {
  LockedSeat locked;
  Time now;
};
const db::Columns<LockedSeat> kLockedSeatColumns = {{&LockedSeat::seat, kSeatColumns},
                                                    {"status", &LockedSeat::status},
                                                    {"held_until", &LockedSeat::held_until}};
const db::ListSelect<LockedSeatRow> kLockSeats(
    {{&LockedSeatRow::locked, kLockedSeatColumns}, {"SYSDATE(6)", &LockedSeatRow::now}},
    "FROM seats WHERE date_id = ? AND number IN (#) ORDER BY number FOR UPDATE");
const db::ListSql kCountSeats("SELECT COUNT(*) FROM seats WHERE date_id = ? AND number IN (#)");
const db::ListSql kHoldSeats(
    "UPDATE seats SET status = 'HELD', reservation_id = ?, held_until = ?"
    " WHERE date_id = ? AND number IN (#)");
const db::ListSql kInsertReservedSeats(
    "INSERT INTO reservation_seats (reservation_id, number, section, grade, price)"
    " SELECT ?, number, section, grade, price FROM seats WHERE date_id = ? AND number IN (#)");

constexpr const char* kInsertReservation =
    "INSERT INTO reservations (reservation_id, user_id, concert_id, date_id, token_id, status,"
    " open, seat_count, amount, user_seats, user_seats_max, held_until, created_at)"
    " VALUES (?, ?, ?, ?, ?, 'HELD', TRUE, ?, ?, ?, ?, ?, ?)";

struct LockedSeats {
  std::vector<LockedSeat> seats;
  Time now;  // read after the last lock was granted
};

LockedSeats lock_seats(db::Transaction& transaction, DateId date_id,
                       const std::vector<std::int64_t>& numbers, Time now) {
  transaction.enter(db::LockRank::kSeats);
  LockedSeats locked{{}, now};
  for (LockedSeatRow& row : kLockSeats.all(transaction, {date_id}, numbers)) {
    locked.seats.push_back(std::move(row.locked));
    locked.now = row.now;
  }
  return locked;
}

// That a seat does not exist comes before what the user has already; only then it is worth asking.
Refused refuse_wish(db::Transaction& transaction, const ReserveRequest& request,
                    const Refused& refused) {
  const bool about_user =
      refused.refusal == Refusal::kHoldExists || refused.refusal == Refusal::kSeatLimitExceeded;
  if (!about_user || request.wish.best_available) return refused;
  std::int64_t known = 0;
  kCountSeats.query(transaction, {request.date_id}, request.wish.numbers).read_first(known);
  return known == request.wish.count() ? refused : refuse_unknown_seat();
}

Reservation write_hold(db::Transaction& transaction, const ReserveRequest& request,
                       const SaleFacts& facts, const LockedSeats& locked) {
  Reservation reservation{.id = ReservationId::make(),
                          .user_id = request.user_id,
                          .concert_id = facts.date->concert_id,
                          .concert_title = facts.date->concert_title,
                          .date_id = request.date_id,
                          .starts_at = facts.date->starts_at,
                          .held_until = locked.now + std::chrono::seconds{facts.date->hold_s},
                          .created_at = locked.now};
  std::vector<std::int64_t> numbers;
  for (const LockedSeat& seat : locked.seats) {
    reservation.seats.push_back(seat.seat);
    reservation.amount = reservation.amount + seat.seat.price;
    numbers.push_back(seat.seat.number);
  }
  const TokenId token_id = request.token->token_id;
  kHoldSeats.execute(transaction, {reservation.id, reservation.held_until, request.date_id},
                     numbers);
  const auto count = static_cast<std::int64_t>(numbers.size());
  transaction.execute(kInsertReservation, reservation.id, request.user_id, reservation.concert_id,
                      request.date_id, token_id, count, reservation.amount,
                      facts.seats_of_user + count, facts.date->max_seats_per_user,
                      reservation.held_until, reservation.created_at);
  kInsertReservedSeats.execute(transaction, {reservation.id, request.date_id}, numbers);
  line::write_hold(transaction, token_id,
                   {.id = reservation.id,
                    .until = reservation.held_until,
                    .made_at = locked.now,
                    .active_s = facts.active_s});
  return reservation;
}

// How seats are chosen when the wish does not name them: fast beside others first, then with care.
enum class Choice { kSkipLocked, kCareful };

using AppliedHold = people::Applied<Reservation>;

// One transaction's try, under the lock of the user's row where there is a key.
Outcome<AppliedHold> reserve_locked(db::Transaction& transaction, const ReserveRequest& request,
                                    const RenderReservation& render, Choice choice) {
  if (!request.token) return request.token.error();
  const auto token = line::lock_token(transaction, request.token->token_id);
  if (!token) return Refused{Refusal::kQueueTokenInvalid};
  const SaleFacts facts = read_facts(transaction, request);
  const TokenState state = token_state(token->record, facts.line_end(), true, facts.now);
  if (state.status != TokenStatus::kActive) return line::refuse_inactive(state);

  const UserAtSale user{request.token->concert_id, token->hold_id, facts.seats_of_user};
  if (const auto checked = check_wish(request.wish, facts.date, user, facts.now); !checked) {
    return refuse_wish(transaction, request, checked.error());
  }
  std::vector<std::int64_t> numbers = request.wish.numbers;
  if (request.wish.best_available) {
    auto chosen = choice == Choice::kSkipLocked
                      ? choose_beside_others(transaction, request.date_id, request.wish)
                      : choose_with_care(transaction, request.date_id, request.wish);
    if (!chosen) return Refused{Refusal::kNotEnoughSeats};
    numbers = std::move(*chosen);
  }
  std::sort(numbers.begin(), numbers.end());
  const LockedSeats locked = lock_seats(transaction, request.date_id, numbers, facts.now);
  if (const auto free = check_seats_free(numbers, locked.seats, locked.now); !free) {
    return free.error();
  }
  Reservation reservation = write_hold(transaction, request, facts, locked);
  return AppliedHold{{201, render(reservation)}, std::move(reservation)};
}

// Whether the seats that were chosen for the client went to another reserve in the meantime, or the
// quick choice saw too few because others were at work on them.
bool lost_a_race(const ReserveRequest& request, const Refused& refused, Choice choice) {
  if (!request.wish.best_available) return false;
  if (refused.refusal == Refusal::kSeatUnavailable) return true;
  return refused.refusal == Refusal::kNotEnoughSeats && choice == Choice::kSkipLocked;
}

struct HoldOwner {
  UserId user_id;
  TokenId token_id;
  ConcertId concert_id;
};
const db::Select<HoldOwner> kFindOwner({{"user_id", &HoldOwner::user_id},
                                        {"token_id", &HoldOwner::token_id},
                                        {"concert_id", &HoldOwner::concert_id}},
                                       "FROM reservations WHERE reservation_id = ?");

const db::Columns<Reservation> kReservationColumns = {
    {"r.reservation_id", &Reservation::id},     {"r.user_id", &Reservation::user_id},
    {"r.concert_id", &Reservation::concert_id}, {"c.title", &Reservation::concert_title},
    {"r.date_id", &Reservation::date_id},       {"d.starts_at", &Reservation::starts_at},
    {"r.status", &Reservation::status},         {"r.amount", &Reservation::amount},
    {"r.held_until", &Reservation::held_until}, {"r.created_at", &Reservation::created_at},
    {"r.payment_id", &Reservation::payment_id}};
const std::string kReservationJoins =
    " JOIN concerts c ON c.concert_id = r.concert_id"
    " JOIN dates d ON d.date_id = r.date_id"
    " JOIN reservation_seats rs ON rs.reservation_id = r.reservation_id"
    " JOIN seats s ON s.date_id = r.date_id AND s.number = rs.number";

using ReservationSeat = OwnedSeat<Reservation>;
const db::Columns<ReservationSeat> kReservationSeatColumns = {
    {&ReservationSeat::owner, kReservationColumns}, {&ReservationSeat::seat, kReservedSeatColumns}};

const db::Select<ReservationSeat> kSelectReservation(
    kReservationSeatColumns,
    "FROM reservations r" + kReservationJoins +
        " WHERE r.reservation_id = ? AND r.user_id = ? ORDER BY rs.number");

const db::Select<ReservationSeat> kListReservations(
    kReservationSeatColumns,
    "FROM (SELECT * FROM reservations WHERE user_id = ? AND (created_at, reservation_id) < (?, ?)"
    "       ORDER BY created_at DESC, reservation_id DESC LIMIT ?) AS r" +
        kReservationJoins + " ORDER BY r.created_at DESC, r.reservation_id DESC, rs.number");

// With the status that each has at `now`.
std::vector<Reservation> as_of(std::vector<ReservationSeat> rows, Time now) {
  auto reservations = gather_seats(std::move(rows));
  for (Reservation& reservation : reservations) {
    reservation.status = reservation_status(reservation.status, reservation.held_until, now);
  }
  return reservations;
}

}  // namespace

Outcome<people::StoredAnswer> reserve_seats(line::LineStores& stores, const ReserveRequest& request,
                                            const RenderReservation& render) {
  // A foreign or missing token cannot become right; only the replay of a key comes before it.
  if (request.key) people::ensure_user(stores.database, request.user_id);
  Choice choice = Choice::kSkipLocked;
  for (int tries = 0; tries < kChoicesMax; ++tries) {
    const auto applied =
        people::apply_once(stores.database, request.user_id, request.key,
                           [&](db::Transaction& transaction, const people::LockedUser& /*user*/) {
                             return reserve_locked(transaction, request, render, choice);
                           });
    if (applied) {
      if (applied->effect) {
        metrics::count(metrics::Counter::kHolds);
        line::announce_token_change(stores, request.token->concert_id, request.token->token_id,
                                    false);
      }
      return applied->answer;
    }
    if (!lost_a_race(request, applied.error(), choice)) {
      return line::explain_refusal(stores, request.token, applied.error());
    }
    choice = Choice::kCareful;
  }
  throw Unavailable("others kept taking the seats that were chosen");
}

Outcome<Done> release_reservation(line::LineStores& stores, UserId user_id, ReservationId id) {
  const auto hold = kFindOwner.first(stores.database, id);
  if (!hold || hold->user_id != user_id) return Refused{Refusal::kNotFound};
  bool released = false;
  auto outcome = db::transact(stores.database, [&](db::Transaction& transaction) -> Outcome<Done> {
    line::lock_token(transaction, hold->token_id);
    const auto status = lock_reservation(transaction, id).status(transaction.now());
    if (status == ReservationStatus::kConfirmed) return Refused{Refusal::kAlreadyPaid};
    if (status != ReservationStatus::kHeld) return Done{};
    cancel_hold(transaction, id);
    line::forget_hold(transaction, hold->token_id);
    transaction.commit();
    released = true;
    return Done{};
  });
  if (released) line::announce_token_change(stores, hold->concert_id, hold->token_id, false);
  return outcome;
}

Outcome<Reservation> find_reservation(db::Connection& database, UserId user_id, ReservationId id) {
  auto found = as_of(kSelectReservation.all(database, id, user_id), database.estimated_now());
  if (found.empty()) return Refused{Refusal::kNotFound};
  return std::move(found.front());
}

TimePage<Reservation> list_reservations(db::Connection& database, UserId user_id,
                                        const std::optional<TimeCursor<ReservationId>>& after,
                                        int limit) {
  const auto start = after.value_or(TimeCursor<ReservationId>{});
  return make_page(as_of(kListReservations.all(database, user_id, start.at, start.id, limit + 1),
                         database.estimated_now()),
                   limit);
}

}  // namespace stagedoor::sale
