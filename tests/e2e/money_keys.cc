// Conventions: Idempotency-Key.
#include "support/money.h"

using namespace stagedoor::testing;

namespace {

std::string charges_of(const User& user) { return "/users/" + user.user_id + "/charges"; }

Response charge_text(const User& user, const std::string& body, const std::string& key) {
  return post(charges_of(user), body, with_key(as(user), key));
}

void make_keys_older(const User& user, const std::string& interval) {
  Installation::shared().query("UPDATE idempotency_keys SET created_at = created_at - INTERVAL " +
                               interval + " WHERE user_id = " + in_sql(user.user_id));
}

std::string keys_kept(const User& user) {
  return Installation::shared().query_value(
      "SELECT COUNT(*) FROM idempotency_keys WHERE user_id = " + in_sql(user.user_id));
}

}  // namespace

TEST(IdempotencyKey, IsRequiredWhereMoneyMoves) {
  const Json concert = create_concert(hall(1));
  const Fan buyer = admitted(concert);
  ASSERT_EQ(charge(buyer.user, kSeatPrice).status, 201);
  const Json reservation = held(buyer, date_of(concert), {1});
  const std::string id = reservation["reservation_id"].text();
  const std::string body = R"({"reservation_id":")" + id + R"("})";
  const std::string amount = R"({"amount":5})";
  const std::string charges = charges_of(buyer.user);
  expect_problem(post(charges, amount, as(buyer.user)), 400, "idempotency_key_required");
  expect_problem(post(charges, amount, with_key(as(buyer.user), "")), 400,
                 "idempotency_key_required");
  expect_problem(post("/payments", body, as(buyer)), 400, "idempotency_key_required");
  const Json payment = paid_by(buyer, reservation);
  expect_problem(post("/payments/" + payment["payment_id"].text() + "/refund", "", as(buyer.user)),
                 400, "idempotency_key_required");
  EXPECT_EQ(balance_of(buyer.user), 0);
}

TEST(IdempotencyKey, IsOneTo255VisibleAsciiCharacters) {
  const User user = new_user();
  for (const std::string& bad :
       {std::string(256, 'k'), std::string("a b"), std::string("a\tb"), std::string("\"\""),
        std::string("k\xc3\xa9y"), "\"" + std::string(256, 'k') + "\""}) {
    SCOPED_TRACE(bad);
    expect_invalid(charge(user, 1, bad), {"Idempotency-Key"});
  }
  EXPECT_EQ(balance_of(user), 0);
  for (const std::string& good :
       {std::string(255, 'k'), std::string("k"), std::string("!~{}[]()<>@,;:\\/?=")}) {
    SCOPED_TRACE(good);
    EXPECT_EQ(charge(user, 1, good).status, 201);
  }
  EXPECT_EQ(balance_of(user), 3);
}

TEST(IdempotencyKey, IsTheSameBareAndQuoted) {
  const User user = new_user();
  const Response first = charge(user, 10, "abc");
  ASSERT_EQ(first.status, 201);
  expect_replay(first, charge(user, 10, "\"abc\""));
  EXPECT_EQ(charge(user, 10, "ABC").status, 201) << "its case counts";
  EXPECT_EQ(balance_of(user), 20);
}

TEST(IdempotencyKey, AnswersTheSameByteForByteWhateverHappenedSince) {
  const User user = new_user();
  const std::string key = new_key();
  const Response first = charge(user, 10, key);
  ASSERT_EQ(first.status, 201);
  EXPECT_FALSE(first.has_header("Idempotency-Replayed"));
  ASSERT_EQ(charge(user, 5).status, 201);
  for (int again = 0; again < 5; ++again) expect_replay(first, charge(user, 10, key));
  EXPECT_EQ(balance_of(user), 15);
  EXPECT_EQ(ledger_of(user).size(), 2U);
}

TEST(IdempotencyKey, IsForOneBodyOnly) {
  const User user = new_user();
  const std::string key = new_key();
  const Response first = charge(user, 10, key);
  ASSERT_EQ(first.status, 201);
  expect_problem(charge(user, 11, key), 422, "idempotency_key_reused");
  expect_replay(first, charge(user, 10, key));
  EXPECT_EQ(balance_of(user), 10);
}

TEST(IdempotencyKey, DoesNotCareForWhiteSpaceOrTheOrderOfMembers) {
  const Json concert = create_concert(hall(1));
  const Fan buyer = admitted(concert);
  const std::string key = new_key();
  const Response charged = charge_text(buyer.user, R"({"amount":10})", key);
  ASSERT_EQ(charged.status, 201);
  expect_replay(charged, charge_text(buyer.user, " {\r\n\t\"amount\" :  10 } \n", key));
  expect_replay(charged, charge_text(buyer.user, R"({"\u0061mount":10})", key));

  const std::string date = std::to_string(date_of(concert));
  const Response held =
      post("/reservations", R"({"date_id":)" + date + R"(,"seats":[1]})", with_key(as(buyer), key));
  ASSERT_EQ(held.status, 201) << held;
  expect_replay(held, post("/reservations", R"({ "seats": [ 1 ], "date_id": )" + date + "}",
                           with_key(as(buyer), key)));
}

TEST(IdempotencyKey, BelongsToItsUser) {
  const User one = new_user();
  const User other = new_user();
  const std::string key = new_key();
  const Response first = charge(one, 10, key);
  const Response second = charge(other, 20, key);
  EXPECT_EQ(first.status, 201) << first;
  EXPECT_EQ(second.status, 201) << second;
  EXPECT_EQ(balance_of(one), 10);
  EXPECT_EQ(balance_of(other), 20);
}

TEST(IdempotencyKey, BelongsToItsOperation) {
  const Json concert = create_concert(hall(1));
  const Fan buyer = admitted(concert);
  const std::string key = new_key();
  ASSERT_EQ(charge(buyer.user, kSeatPrice, key).status, 201);
  const Response reservation = reserve(buyer, date_of(concert), {1}, with_key({}, key));
  ASSERT_EQ(reservation.status, 201) << reservation;
  const Response payment = pay(buyer, reservation.json(), key);
  ASSERT_EQ(payment.status, 201) << payment;
  EXPECT_EQ(refund(buyer.user, payment.json(), key).status, 200);
  EXPECT_EQ(balance_of(buyer.user), kSeatPrice);
}

TEST(IdempotencyKey, OfOneRefundIsNotThatOfAnother) {
  const Json concert = create_concert(hall(2));
  const Fan first = admitted(concert);
  fund({first.user}, 2 * kSeatPrice);
  const Json one = paid_by(first, held(first, date_of(concert), {1}));
  const Fan again = admitted(concert, first.user);
  const Json two = paid_by(again, held(again, date_of(concert), {2}));
  const std::string key = new_key();
  const Response refunded = refund(first.user, one, key);
  ASSERT_EQ(refunded.status, 200) << refunded;
  expect_problem(refund(first.user, two, key), 422, "idempotency_key_reused");
  expect_replay(refunded, refund(first.user, one, key));
  EXPECT_EQ(balance_of(first.user), kSeatPrice);
}

TEST(IdempotencyKey, IsForgottenAfterADay) {
  const User user = new_user();
  const std::string key = new_key();
  const Response first = charge(user, 10, key);
  ASSERT_EQ(first.status, 201);
  make_keys_older(user, "23 HOUR");
  expect_replay(first, charge(user, 10, key));
  make_keys_older(user, "2 HOUR");
  const Response second = charge(user, 10, key);
  ASSERT_EQ(second.status, 201);
  EXPECT_NE(second.body, first.body);
  EXPECT_EQ(balance_of(user), 20);
  expect_replay(second, charge(user, 10, key));
}

TEST(IdempotencyKey, IsPrunedByTheSweepWhenItIsADayOld) {
  const User old = new_user();
  ASSERT_EQ(charge(old, 10).status, 201);
  ASSERT_EQ(charge(old, 10).status, 201);
  make_keys_older(old, "25 HOUR");
  const User young = new_user();
  ASSERT_EQ(charge(young, 10).status, 201);
  make_keys_older(young, "23 HOUR");
  const CommandResult sweep = Installation::shared().run({"sweep"});
  ASSERT_EQ(sweep.exit_code, 0) << sweep.out << sweep.err;
  EXPECT_GE(Json::parse(sweep.out)["keys_pruned"].integer(), 2);
  EXPECT_EQ(keys_kept(old), "0");
  EXPECT_EQ(keys_kept(young), "1");
}
