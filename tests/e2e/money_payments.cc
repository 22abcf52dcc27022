// Payments: every refusal in its order, and what a payment and a refund change.
#include "support/money.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

const std::string kNothing = "00000000-0000-4000-8000-000000000000";

Response pay_with(const Headers& headers, const std::string& reservation_id,
                  const std::string& key = new_key()) {
  return post("/payments", R"({"reservation_id":")" + reservation_id + R"("})",
              with_key(headers, key));
}

std::string seat_status(const Json& concert, std::int64_t number) {
  return Installation::shared().query_value(
      "SELECT status FROM seats WHERE date_id = " + std::to_string(date_of(concert)) +
      " AND number = " + std::to_string(number));
}

// One who holds seat 1 of 4, with money for `seats` seats.
struct Holder {
  explicit Holder(std::int64_t seats = 1, const NewConcert& sale = hall(4))
      : concert(create_concert(sale)), buyer(admitted(concert)) {
    if (seats > 0) fund({buyer.user}, seats * kSeatPrice);
    reservation = held(buyer, date_of(concert), {1});
  }

  Json concert;
  Fan buyer;
  Json reservation;
};

}  // namespace

TEST(Payment, TurnsAHoldIntoOwnership) {
  const Holder holder(3);
  const Response response = pay(holder.buyer, holder.reservation);
  ASSERT_EQ(response.status, 201) << response;
  const Json payment = response.json();
  EXPECT_TRUE(is_uuid(payment["payment_id"].text())) << payment;
  for (const char* member : {"reservation_id", "user_id", "concert_id", "concert_title", "date_id",
                             "starts_at", "seats", "amount"}) {
    EXPECT_EQ(payment[member], holder.reservation[member]) << member;
  }
  EXPECT_EQ(payment["balance"].integer(), 2 * kSeatPrice);
  EXPECT_EQ(payment["status"].text(), "PAID");
  EXPECT_TRUE(is_time(payment["paid_at"].text())) << payment;

  EXPECT_EQ(balance_of(holder.buyer.user), 2 * kSeatPrice);
  EXPECT_EQ(seat_status(holder.concert, 1), "SOLD");
  const Json reservation = reservation_now(holder.buyer.user, holder.reservation);
  EXPECT_EQ(reservation["status"].text(), "CONFIRMED");
  EXPECT_EQ(reservation["payment_id"], payment["payment_id"]);
  const Json token = state_of(holder.buyer.queue_token);
  EXPECT_EQ(token["status"].text(), "EXPIRED");
  EXPECT_EQ(token["expired_reason"].text(), "PAID");
}

TEST(Payment, RefusesATokenBeforeItLooksAtTheReservation) {
  const Holder holder(0);
  const Fan other = admitted(holder.concert);
  const User& user = holder.buyer.user;
  expect_problem(pay_with(as(user), kNothing), 401, "queue_token_required");
  expect_problem(pay_with({bearer(user.token), {"Queue-Token", "x"}}, kNothing), 401,
                 "queue_token_invalid");
  expect_problem(pay_with({bearer(user.token), {"Queue-Token", other.queue_token}}, kNothing), 403,
                 "forbidden");
  expect_problem(pay_with({{"Queue-Token", other.queue_token}}, kNothing), 401, "unauthenticated");
}

TEST(Payment, KnowsNoReservationButTheUsersOwn) {
  const Holder holder;
  const Fan other = admitted(holder.concert);
  fund({other.user}, kSeatPrice);
  expect_problem(pay(other, holder.reservation), 404, "not_found");
  expect_problem(pay_with(as(other), kNothing), 404, "not_found");
  expect_invalid(pay_with(as(other), "12"), {"reservation_id"});
  EXPECT_EQ(balance_of(other.user), kSeatPrice);
  EXPECT_EQ(pay(holder.buyer, holder.reservation).status, 201);
}

TEST(Payment, SaysAlreadyPaidToASecondClickWithAnotherKeyThoughTheTokenHasEnded) {
  const Holder holder;
  ASSERT_EQ(pay(holder.buyer, holder.reservation).status, 201);
  expect_problem(pay(holder.buyer, holder.reservation), 409, "already_paid");
  EXPECT_EQ(balance_of(holder.buyer.user), 0);
  EXPECT_EQ(ledger_of(holder.buyer.user).size(), 2U);
}

TEST(Payment, SaysAlreadyPaidOfWhatWasRefundedToo) {
  const Holder holder;
  const Json payment = paid_by(holder.buyer, holder.reservation);
  ASSERT_EQ(refund(holder.buyer.user, payment).status, 200);
  expect_problem(pay(holder.buyer, holder.reservation), 409, "already_paid");
}

TEST(Payment, SaysCancelledBeforeExpiredAndBeforeWhatIsMissing) {
  const Holder holder(0);
  ASSERT_EQ(release(holder.buyer.user, holder.reservation).status, 204);
  expect_problem(pay(holder.buyer, holder.reservation), 409, "reservation_cancelled");
  Installation::shared().query(
      "UPDATE reservations SET held_until = SYSDATE(6) - INTERVAL 1 HOUR WHERE reservation_id = " +
      in_sql(holder.reservation["reservation_id"].text()));
  expect_problem(pay(holder.buyer, holder.reservation), 409, "reservation_cancelled");
}

TEST(Payment, SaysCancelledToWhoeverLeftTheQueue) {
  const Holder holder;
  ASSERT_EQ(leave(holder.buyer.queue_token).status, 204);
  expect_problem(pay(holder.buyer, holder.reservation), 409, "reservation_cancelled");
  EXPECT_EQ(balance_of(holder.buyer.user), kSeatPrice);
}

TEST(Payment, SaysExpiredAfterTheDeadlineBeforeAndAfterTheSweep) {
  const Holder poor(0);
  const Holder rich(1);
  move_deadline(poor.reservation, -1ms);
  move_deadline(rich.reservation, -1ms);
  for (int round = 0; round < 2; ++round) {
    expect_problem(pay(poor.buyer, poor.reservation), 410, "hold_expired");
    expect_problem(pay(rich.buyer, rich.reservation), 410, "hold_expired");
    ASSERT_EQ(Installation::shared().run({"sweep"}).exit_code, 0);
  }
  EXPECT_EQ(balance_of(rich.buyer.user), kSeatPrice);
}

TEST(Payment, SaysExpiredWhenSomebodyElseHasTheSeatNow) {
  const Holder late;
  move_deadline(late.reservation, -1ms);
  const Fan next = admitted(late.concert);
  fund({next.user}, kSeatPrice);
  const Json reservation = held(next, date_of(late.concert), {1});
  expect_problem(pay(late.buyer, late.reservation), 410, "hold_expired");
  EXPECT_EQ(pay(next, reservation).status, 201);
  expect_problem(pay(late.buyer, late.reservation), 410, "hold_expired");
  EXPECT_EQ(balance_of(late.buyer.user), kSeatPrice);
}

TEST(Payment, WithoutEnoughMoneyKeepsTheHoldAndTheKey) {
  const Holder holder(0);
  ASSERT_EQ(charge(holder.buyer.user, kSeatPrice - 1).status, 201);
  const std::string key = new_key();
  const Response response = pay(holder.buyer, holder.reservation, key);
  expect_problem(response, 402, "insufficient_balance");
  EXPECT_EQ(response.json()["balance"].integer(), kSeatPrice - 1);
  EXPECT_EQ(response.json()["required"].integer(), kSeatPrice);
  EXPECT_EQ(reservation_now(holder.buyer.user, holder.reservation)["status"].text(), "HELD");
  EXPECT_EQ(state_of(holder.buyer.queue_token)["status"].text(), "ACTIVE");
  EXPECT_EQ(balance_of(holder.buyer.user), kSeatPrice - 1);
  ASSERT_EQ(charge(holder.buyer.user, 1).status, 201);
  EXPECT_EQ(pay(holder.buyer, holder.reservation, key).status, 201);
}

TEST(Payment, IsReplayedAfterItEndedTheTokenAndWithoutAny) {
  const Holder holder;
  const std::string key = new_key();
  const Response first = pay(holder.buyer, holder.reservation, key);
  ASSERT_EQ(first.status, 201) << first;
  expect_replay(first, pay(holder.buyer, holder.reservation, key));
  const std::string id = holder.reservation["reservation_id"].text();
  expect_replay(first, pay_with(as(holder.buyer.user), id, key));
  ASSERT_EQ(refund(holder.buyer.user, first.json()).status, 200);
  expect_replay(first, pay(holder.buyer, holder.reservation, key));
  EXPECT_EQ(balance_of(holder.buyer.user), kSeatPrice);
  expect_problem(pay_with(as(holder.buyer.user), kNothing, key), 422, "idempotency_key_reused");
}

TEST(Payment, OfAHoldIsPossibleAfterTheSaleHasClosed) {
  const Holder holder;
  ASSERT_EQ(change(holder.concert, R"({"sale_closes_at":")" + time_from_now(-1s) + R"("})").status,
            200);
  EXPECT_EQ(pay(holder.buyer, holder.reservation).status, 201);
}

TEST(Payments, AreSeenByTheirOwnersOnly) {
  const Holder holder;
  const Json payment = paid_by(holder.buyer, holder.reservation);
  const std::string path = "/payments/" + payment["payment_id"].text();
  const User other = new_user();
  EXPECT_EQ(get(path, as(holder.buyer.user)).status, 200);
  expect_problem(get(path, as(other)), 404, "not_found");
  expect_problem(get(path), 401, "unauthenticated");
  expect_problem(get("/payments/" + kNothing, as(other)), 404, "not_found");
  expect_problem(get("/payments/1", as(other)), 404, "not_found");
  expect_problem(refund(other, payment), 404, "not_found");
  EXPECT_EQ(all_items("/payments", as(other)).size(), 0U);
  const std::string reservation = holder.reservation["reservation_id"].text();
  expect_problem(get("/reservations/" + reservation, as(other)), 404, "not_found");
  expect_problem(release(other, holder.reservation), 404, "not_found");
  EXPECT_EQ(balance_of(holder.buyer.user), 0);
}

TEST(Payments, AreListedNewestFirstPageByPage) {
  const Json concert = create_concert(hall(3));
  const User user = new_user();
  fund({user}, 3 * kSeatPrice);
  std::vector<Json> made;
  for (std::int64_t number = 1; number <= 3; ++number) {
    const Fan buyer = admitted(concert, user);
    made.insert(made.begin(), paid_by(buyer, held(buyer, date_of(concert), {number})));
  }
  const std::vector<Json> all = all_items("/payments", as(user));
  ASSERT_EQ(all.size(), 3U);
  const Response page = get("/payments?limit=2", as(user));
  ASSERT_EQ(page.json()["items"].size(), 2U) << page;
  const Response rest =
      get("/payments?limit=2&cursor=" + page.json()["next_cursor"].text(), as(user));
  ASSERT_EQ(rest.json()["items"].size(), 1U) << rest;
  EXPECT_TRUE(rest.json()["next_cursor"].is_null());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(all[i], made[i]);
    EXPECT_EQ(get("/payments/" + made[i]["payment_id"].text(), as(user)).json(), made[i]);
  }
  EXPECT_EQ(rest.json()["items"][0], made[2]);
}

TEST(Refund, ReturnsTheMoneyAndTheSeats) {
  const Holder holder;
  const Json payment = paid_by(holder.buyer, holder.reservation);
  const std::string key = new_key();
  const Response response = refund(holder.buyer.user, payment, key);
  ASSERT_EQ(response.status, 200) << response;
  EXPECT_EQ(response.json()["payment_id"], payment["payment_id"]);
  EXPECT_EQ(response.json()["status"].text(), "REFUNDED");
  EXPECT_TRUE(is_time(response.json()["refunded_at"].text())) << response;
  EXPECT_EQ(response.json()["balance"].integer(), kSeatPrice);
  EXPECT_EQ(balance_of(holder.buyer.user), kSeatPrice);
  EXPECT_EQ(seat_status(holder.concert, 1), "AVAILABLE");
  EXPECT_EQ(reservation_now(holder.buyer.user, holder.reservation)["status"].text(), "REFUNDED");

  expect_replay(response, refund(holder.buyer.user, payment, key));
  expect_problem(refund(holder.buyer.user, payment), 409, "already_refunded");
  EXPECT_EQ(balance_of(holder.buyer.user), kSeatPrice);
  const Fan next = admitted(holder.concert);
  EXPECT_EQ(reserve(next, date_of(holder.concert), {1}).status, 201);
}

TEST(Refund, LeavesTheSeatToWhoeverBoughtItSince) {
  const Holder holder;
  const Json payment = paid_by(holder.buyer, holder.reservation);
  ASSERT_EQ(refund(holder.buyer.user, payment).status, 200);
  const Fan next = admitted(holder.concert);
  fund({next.user}, kSeatPrice);
  paid_by(next, held(next, date_of(holder.concert), {1}));
  expect_problem(refund(holder.buyer.user, payment), 409, "already_refunded");
  EXPECT_EQ(seat_status(holder.concert, 1), "SOLD");
}

TEST(Refund, ClosesWhenTheOrganiserSaid) {
  NewConcert sale = hall(4);
  sale.times["refund_until"] = time_from_now(1h);
  const Holder holder(1, sale);
  const Json payment = paid_by(holder.buyer, holder.reservation);
  ASSERT_EQ(change(holder.concert, R"({"refund_until":")" + time_from_now(-1s) + R"("})").status,
            200);
  const std::string key = new_key();
  expect_problem(refund(holder.buyer.user, payment, key), 409, "refund_closed");
  EXPECT_EQ(balance_of(holder.buyer.user), 0);
  ASSERT_EQ(change(holder.concert, R"({"refund_until":")" + time_from_now(1h) + R"("})").status,
            200);
  EXPECT_EQ(refund(holder.buyer.user, payment, key).status, 200);
  ASSERT_EQ(change(holder.concert, R"({"refund_until":")" + time_from_now(-1s) + R"("})").status,
            200);
  expect_problem(refund(holder.buyer.user, payment), 409, "already_refunded");
}

TEST(Refund, ClosesAtTheStartOfTheDateByDefault) {
  const Holder holder;
  const Json payment = paid_by(holder.buyer, holder.reservation);
  Installation::shared().query("UPDATE dates SET starts_at = SYSDATE(6) WHERE date_id = " +
                               std::to_string(date_of(holder.concert)));
  expect_problem(refund(holder.buyer.user, payment), 409, "refund_closed");
  EXPECT_EQ(seat_status(holder.concert, 1), "SOLD");
}

TEST(Refund, DoesNotLiftABalanceAboveItsLimit) {
  const Holder holder;
  const Json payment = paid_by(holder.buyer, holder.reservation);
  fund({holder.buyer.user}, 1'000'000'000'000'000);
  expect_problem(refund(holder.buyer.user, payment), 422, "balance_limit_exceeded");
  EXPECT_EQ(seat_status(holder.concert, 1), "SOLD");
}

TEST(Stats, ShowTheSeatsAndTheRevenueOfEveryDate) {
  NewConcert wanted = hall(10);
  wanted.dates.push_back({.starts_at = time_from_now(std::chrono::hours(24 * 31)),
                          .seats_json = "[" + seat_range(1, 5, R"("price":70000)") + "]"});
  const Json concert = create_concert(wanted);
  const std::vector<Fan> fans = admitted(4, concert);
  for (const Fan& fan : fans) fund({fan.user}, 3 * kSeatPrice);
  paid_by(fans[0], held(fans[0], date_of(concert), {1, 2}));
  const Json returned = paid_by(fans[1], held(fans[1], date_of(concert), {3}));
  ASSERT_EQ(refund(fans[1].user, returned).status, 200);
  paid_by(fans[2], held(fans[2], date_of(concert, 1), {5}));
  let_lapse(held(fans[3], date_of(concert), {7, 8}));

  const auto shows = [](const Json& date, std::int64_t available, std::int64_t sold,
                        std::int64_t revenue) {
    return date["available"].integer() == available && date["held"].integer() == 0 &&
           date["sold"].integer() == sold && date["revenue"].integer() == revenue;
  };
  const std::string path = "/admin" + concert_path(concert) + "/stats";
  EXPECT_TRUE(eventually(std::chrono::seconds(5), [&] {
    const Json stats = get(path, as_admin()).json();
    return stats["dates"].size() == 2 &&
           stats["dates"][0]["date_id"].integer() == date_of(concert) &&
           shows(stats["dates"][0], 8, 2, 2 * kSeatPrice) &&
           shows(stats["dates"][1], 4, 1, 70'000) &&
           stats["revenue"].integer() == 2 * kSeatPrice + 70'000;
  })) << get(path, as_admin());
}
