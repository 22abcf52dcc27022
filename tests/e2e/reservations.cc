// Reservations: holding, looking, letting go, and what the time does.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/money.h"
#include "support/seats.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

const std::string kNobody = "00000000-0000-7000-8000-000000000000";

bool is_free_for(const Fan& fan, std::int64_t date_id, std::int64_t number) {
  const Response response = reserve(fan, date_id, {number});
  if (response.status != 201) {
    expect_problem(response, 409, "seat_unavailable");
    return false;
  }
  EXPECT_EQ(release(fan.user, response.json()).status, 204);
  return true;
}

std::string status_of(const Fan& fan, const Json& reservation) {
  return reservation_now(fan.user, reservation)["status"].text();
}

// Pays what the fan holds, and joins again: the payment ended the token.
Fan after_paying(const Fan& fan, const Json& concert, const Json& hold) {
  fund({fan.user}, hold["amount"].integer());
  paid_by(fan, hold);
  return admitted(concert, fan.user);
}

}  // namespace

TEST(Reservations, AHoldSaysAllThatThereIsToKnow) {
  NewConcert two_grades = hall(50, {{"hold_seconds", 120}});
  two_grades.title = "Two grades";
  two_grades.dates[0].seats_json =
      "[" + seat_range(1, 10, R"("grade":"VIP","section":"floor","price":250000,"label":"F{n}")") +
      "," + seat_range(11, 50) + "]";
  const Json concert = create_concert(two_grades);
  const Fan fan = admitted(concert);
  const Response response = reserve(fan, date_of(concert), {11, 10});
  ASSERT_EQ(response.status, 201) << response;
  const Json hold = response.json();
  EXPECT_EQ(hold.names(),
            (std::vector<std::string>{"reservation_id", "user_id", "concert_id", "concert_title",
                                      "date_id", "starts_at", "status", "seats", "amount",
                                      "held_until", "created_at", "payment_id"}));
  EXPECT_TRUE(is_uuid(hold["reservation_id"].text()));
  EXPECT_EQ(hold["user_id"].text(), fan.user.user_id);
  EXPECT_EQ(hold["concert_id"], concert["concert_id"]);
  EXPECT_EQ(hold["concert_title"].text(), "Two grades");
  EXPECT_EQ(hold["date_id"].integer(), date_of(concert));
  EXPECT_EQ(hold["starts_at"], concert["dates"][0]["starts_at"]);
  EXPECT_EQ(hold["status"].text(), "HELD");
  EXPECT_EQ(hold["seats"].dump(),
            R"([{"number":10,"label":"F10","section":"floor","grade":"VIP","price":250000},)"
            R"({"number":11,"label":"11","section":null,"grade":"R","price":100000}])");
  EXPECT_EQ(hold["amount"].integer(), 350'000);
  EXPECT_TRUE(hold["payment_id"].is_null());
  EXPECT_TRUE(is_time(hold["created_at"].text()) && is_time(hold["held_until"].text()));
  EXPECT_EQ(reservation_now(fan.user, hold), hold);
  EXPECT_EQ(get("/reservations", as(fan.user)).json()["items"][0], hold);
  const Response head_response = head(reservation_path(hold), as(fan.user));
  EXPECT_EQ(head_response.status, 200);
  EXPECT_TRUE(head_response.body.empty());
}

TEST(Reservations, TheTokenLastsAsLongAsTheHold) {
  const Json concert = create_concert(hall(50, {{"hold_seconds", 900}, {"active_seconds", 600}}));
  const Fan fan = admitted(concert);
  const Json before = state_of(fan.queue_token);
  const Json hold = held(fan, date_of(concert), {1});
  ASSERT_TRUE(eventually(
      1s, [&] { return state_of(fan.queue_token)["expires_at"] == hold["held_until"]; }));
  release(fan.user, hold);
  EXPECT_TRUE(eventually(
      1s, [&] { return state_of(fan.queue_token)["expires_at"] == before["expires_at"]; }));
  EXPECT_EQ(state_of(fan.queue_token)["status"].text(), "ACTIVE");
}

TEST(Reservations, ANewHoldTimeAppliesToLaterHoldsOnly) {
  const Json concert = create_concert(hall(50, {{"hold_seconds", 300}}));
  const Fan early = admitted(concert);
  const Fan late = admitted(concert);
  const Json first = held(early, date_of(concert), {1});
  ASSERT_EQ(change(concert, R"({"hold_seconds":3600,"max_seats_per_user":1})").status, 200);
  const Json second = held(late, date_of(concert), {2});
  EXPECT_EQ(reservation_now(early.user, first)["held_until"], first["held_until"]);
  EXPECT_GT(second["held_until"].text(), time_from_now(3'500s));
  release(late.user, second);
  expect_problem(reserve(late, date_of(concert), {2, 3}), 409, "seat_limit_exceeded");
}

TEST(Reservations, LettingGoFreesTheSeatsAtOnceAndKeepsTheToken) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const Fan other = admitted(concert);
  for (int i = 0; i < 5; ++i) {
    const Json hold = held(fan, date_of(concert), {1, 2});
    EXPECT_FALSE(is_free_for(other, date_of(concert), 2));
    const Response released = release(fan.user, hold);
    EXPECT_EQ(released.status, 204) << released;
    EXPECT_TRUE(released.body.empty());
    EXPECT_TRUE(is_free_for(other, date_of(concert), 2));
    EXPECT_EQ(status_of(fan, hold), "CANCELLED");
    EXPECT_EQ(state_of(fan.queue_token)["status"].text(), "ACTIVE");
  }
}

TEST(Reservations, LettingGoTwiceIsLettingGoOnce) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const Json first = held(fan, date_of(concert), {1});
  EXPECT_EQ(release(fan.user, first).status, 204);
  EXPECT_EQ(release(fan.user, first).status, 204);
  // What the user took again since is not the first one's to free.
  const Json second = held(fan, date_of(concert), {1});
  EXPECT_EQ(release(fan.user, first).status, 204);
  EXPECT_EQ(status_of(fan, second), "HELD");
  EXPECT_FALSE(is_free_for(admitted(concert), date_of(concert), 1));
  let_lapse(second);
  EXPECT_EQ(release(fan.user, second).status, 204);
  EXPECT_EQ(status_of(fan, second), "EXPIRED");
}

TEST(Reservations, LettingGoNeedsNoBodyAndNoQueueToken) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const Json hold = held(fan, date_of(concert), {1});
  Headers json = as(fan.user);
  json.emplace_back("Content-Type", "application/json");
  const Response refused =
      send({"DELETE", "/api/v1" + reservation_path(hold), json, R"({"why":"so"})"});
  expect_invalid(refused, {"why"});
  EXPECT_EQ(status_of(fan, hold), "HELD");
  EXPECT_EQ(send({"DELETE", "/api/v1" + reservation_path(hold), json, "{}"}).status, 204);
  EXPECT_EQ(status_of(fan, hold), "CANCELLED");
}

TEST(Reservations, WhatIsPaidIsNotLetGoAndCountsAgainstTheLimit) {
  const Json concert = create_concert(hall(50, {{"max_seats_per_user", 3}}));
  const Fan buyer = admitted(concert);
  const Json hold = held(buyer, date_of(concert), {1, 2});
  const Fan fan = after_paying(buyer, concert, hold);
  EXPECT_EQ(status_of(fan, hold), "CONFIRMED");
  EXPECT_TRUE(is_uuid(reservation_now(fan.user, hold)["payment_id"].text()));
  expect_problem(release(fan.user, hold), 409, "already_paid");
  expect_problem(release(fan.user, hold), 409, "already_paid");
  const Fan other = admitted(concert);
  EXPECT_FALSE(is_free_for(other, date_of(concert), 1));
  const Response too_many = reserve(fan, date_of(concert), {3, 4});
  expect_problem(too_many, 409, "seat_limit_exceeded");
  EXPECT_EQ(too_many.json()["limit"].integer(), 3);
  held(fan, date_of(concert), {3});
  EXPECT_TRUE(eventually(1s, [&] { return listed_seats(fan, concert).at(3) == "HELD"; }));
  EXPECT_EQ(listed_seats(fan, concert).at(1), "SOLD");
  EXPECT_EQ(leave(fan.queue_token).status, 204);
  EXPECT_EQ(status_of(fan, hold), "CONFIRMED") << "what is paid stays";
}

TEST(Reservations, OfOthersAreNotThere) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const Json hold = held(fan, date_of(concert), {1});
  const User stranger = new_user();
  const std::string path = reservation_path(hold);
  for (const Headers& who : {as(stranger), as_admin(), as(admitted(concert))}) {
    expect_problem(get(path, who), 404, "not_found");
    expect_problem(del(path, who), 404, "not_found");
    EXPECT_EQ(get("/reservations", who).json()["items"].size(), 0U);
  }
  expect_problem(get(path), 401, "unauthenticated");
  expect_problem(del(path), 401, "unauthenticated");
  expect_problem(get("/reservations"), 401, "unauthenticated");
  for (const std::string& id : {kNobody, std::string("1"), std::string("x")}) {
    expect_problem(get("/reservations/" + id, as(fan.user)), 404, "not_found");
    expect_problem(del("/reservations/" + id, as(fan.user)), 404, "not_found");
  }
  EXPECT_EQ(status_of(fan, hold), "HELD");
}

TEST(Reservations, AreListedNewestFirstPageByPage) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  std::vector<std::string> newest_first;
  for (int i = 0; i < 7; ++i) {
    const Json hold = held(fan, date_of(concert), {i + 1, i + 2});
    newest_first.insert(newest_first.begin(), hold["reservation_id"].text());
    if (i < 6) {
      EXPECT_EQ(release(fan.user, hold).status, 204);
    }
  }
  for (const int limit : {1, 2, 3, 7, 100}) {
    std::vector<std::string> seen;
    std::string cursor;
    do {
      const Response page =
          get("/reservations?limit=" + std::to_string(limit) + cursor, as(fan.user));
      ASSERT_EQ(page.status, 200) << page;
      const Json list = page.json();
      EXPECT_LE(list["items"].size(), static_cast<std::size_t>(limit));
      for (const Json& item : list["items"].items()) {
        seen.push_back(item["reservation_id"].text());
        EXPECT_EQ(item["seats"].size(), 2U);
        EXPECT_EQ(item["status"].text(), seen.size() == 1 ? "HELD" : "CANCELLED");
      }
      cursor = list["next_cursor"].is_null() ? "" : "&cursor=" + list["next_cursor"].text();
    } while (!cursor.empty() && seen.size() < 100);
    EXPECT_EQ(seen, newest_first) << "pages of " << limit;
  }
  expect_invalid(get("/reservations?limit=0&cursor=x", as(fan.user)), {"limit", "cursor"});
  expect_invalid(get("/reservations?limit=101", as(fan.user)), {"limit"});
}

TEST(Reservations, ALapsedHoldReadsExpiredAndEndsItsToken) {
  const Json concert = create_concert(hall(50, {{"hold_seconds", 5}}));
  const Fan fan = admitted(concert);
  const Fan other = admitted(concert);
  const Json hold = held(fan, date_of(concert), {1});
  ASSERT_TRUE(eventually(7s, [&] { return status_of(fan, hold) == "EXPIRED"; }));
  EXPECT_GE(time_from_now(0ms), hold["held_until"].text());
  EXPECT_EQ(get("/reservations", as(fan.user)).json()["items"][0]["status"].text(), "EXPIRED");
  const Response refused = reserve(fan, date_of(concert), {2});
  expect_problem(refused, 403, "queue_token_expired");
  EXPECT_EQ(refused.json()["expired_reason"].text(), "HOLD_LAPSED");
  EXPECT_TRUE(
      eventually(2s, [&] { return state_of(fan.queue_token)["status"].text() == "EXPIRED"; }));
  EXPECT_EQ(state_of(fan.queue_token)["expired_reason"].text(), "HOLD_LAPSED");
  // The new owner keeps it, whatever the first one does.
  const Json taken = held(other, date_of(concert), {1});
  EXPECT_EQ(release(fan.user, hold).status, 204);
  sweep();
  EXPECT_EQ(status_of(other, taken), "HELD");
  EXPECT_EQ(status_of(fan, hold), "EXPIRED");
  // Again, at the back.
  EXPECT_EQ(join(fan.user, concert).status, 201);
}

TEST(Reservations, LeavingAndBeingRevokedLetGo) {
  const Json concert = create_concert(hall(50));
  const Fan observer = admitted(concert);
  const Fan leaver = admitted(concert);
  const Fan revoked = admitted(concert);
  const Json left = held(leaver, date_of(concert), {1});
  const Json taken_away = held(revoked, date_of(concert), {2});
  EXPECT_EQ(leave(leaver.queue_token).status, 204);
  EXPECT_TRUE(is_free_for(observer, date_of(concert), 1));
  EXPECT_EQ(revoke_token(revoked.token_id).status, 204);
  EXPECT_TRUE(is_free_for(observer, date_of(concert), 2));
  EXPECT_EQ(status_of(leaver, left), "CANCELLED");
  EXPECT_EQ(status_of(revoked, taken_away), "CANCELLED");
}

TEST(Reservations, LettingGoAfterTheActiveTimeEndsTheToken) {
  const Json concert = create_concert(
      hall(50, {{"active_seconds", 5}, {"claim_seconds", 5}, {"hold_seconds", 300}}));
  const Fan fan = admitted(concert);
  const std::string active_until = state_of(fan.queue_token)["expires_at"].text();
  const Json hold = held(fan, date_of(concert), {1});
  ASSERT_TRUE(eventually(7s, [&] { return time_from_now(0ms) > active_until; }));
  EXPECT_EQ(state_of(fan.queue_token)["status"].text(), "ACTIVE") << "the hold stretches it";
  EXPECT_EQ(get(seats_path(concert), as(fan)).status, 200);
  EXPECT_EQ(release(fan.user, hold).status, 204);
  const Json state = state_of(fan.queue_token);
  EXPECT_EQ(state["status"].text(), "EXPIRED");
  EXPECT_EQ(state["expired_reason"].text(), "ACTIVE_LAPSED");
  expect_problem(reserve(fan, date_of(concert), {1}), 403, "queue_token_expired");
}

TEST(Reservations, AHoldOutlivesTheSale) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const Fan other = admitted(concert);
  const Json hold = held(fan, date_of(concert), {1});
  close_in_a_second(concert);
  ASSERT_TRUE(
      eventually(5s, [&] { return state_of(fan.queue_token)["status"].text() == "EXPIRED"; }));
  EXPECT_EQ(state_of(fan.queue_token)["expired_reason"].text(), "SALE_CLOSED");
  EXPECT_EQ(status_of(fan, hold), "HELD") << "it may still be paid";
  for (const Fan& late : {fan, other}) {
    const Response refused = reserve(late, date_of(concert), {2});
    expect_problem(refused, 403, "queue_token_expired");
    EXPECT_EQ(refused.json()["expired_reason"].text(), "SALE_CLOSED");
  }
  sweep();
  EXPECT_EQ(status_of(fan, hold), "HELD");
  EXPECT_EQ(release(fan.user, hold).status, 204);
  EXPECT_EQ(status_of(fan, hold), "CANCELLED");
}

TEST(Reservations, AFirstReserveIsShowingUp) {
  const Json concert = create_concert({.settings = {{"max_active", 1}, {"claim_seconds", 100}}});
  const Fan inside = admitted(concert);
  const User user = new_user();
  const Fan next{user, "", joined(user, concert)["token"].text()};
  leave(inside.queue_token);
  ASSERT_TRUE(eventually(2s, [&] { return token_rows(concert)[1].status == "ACTIVE"; }));
  EXPECT_EQ(reserve(next, date_of(concert), {1}).status, 201);
  EXPECT_EQ(
      Installation::shared().query_value(
          "SELECT claimed_at IS NOT NULL FROM queue_tokens WHERE place = 2 AND concert_id = " +
          id_of(concert)),
      "1");
}
