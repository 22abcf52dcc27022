// Queue: what a call that needs admission refuses, in this order. The seat listing is one.
#include <gtest/gtest.h>

#include "support/seats.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

Headers with_both(const User& user, const std::string& queue_token) {
  return {bearer(user.token), {"Queue-Token", queue_token}};
}

// One user inside, one waiting.
struct TwoUsers {
  Json concert = create_concert({.settings = {{"max_active", 1}}});
  User inside_user = new_user();
  std::string inside = joined(inside_user, concert)["token"].text();
  User waiting_user = new_user();
  std::string waiting = joined(waiting_user, concert)["token"].text();

  [[nodiscard]] Response seats(const User& user, const std::string& token) const {
    return get(seats_path(concert), with_both(user, token));
  }
};

// The listing may accept an ended token for a second more, so that only the first refusal counts.
Response first_refusal(const Json& concert, const User& user, const std::string& token,
                       std::chrono::milliseconds within) {
  Response response;
  eventually(within, [&] {
    response = get(seats_path(concert), with_both(user, token));
    return response.status != 200;
  });
  return response;
}

void expect_ended_token(const Response& response, const std::string& reason) {
  expect_problem(response, 403, "queue_token_expired");
  EXPECT_EQ(response.json()["expired_reason"].text(), reason) << response;
}

}  // namespace

TEST(Admission, OpensTheSeatsToWhoeverIsActive) {
  const TwoUsers two;
  const Response response = two.seats(two.inside_user, two.inside);
  ASSERT_EQ(response.status, 200) << response;
  EXPECT_EQ(response.json()["seats"].size(), 50U);
}

TEST(Admission, NeedsAnAccessToken) {
  const TwoUsers two;
  expect_problem(get(seats_path(two.concert), {{"Queue-Token", two.inside}}), 401,
                 "unauthenticated");
  expect_problem(get(seats_path(two.concert)), 401, "unauthenticated");
}

TEST(Admission, NeedsAQueueToken) {
  const TwoUsers two;
  expect_problem(get(seats_path(two.concert), as(two.inside_user)), 401, "queue_token_required");
  expect_problem(two.seats(two.inside_user, ""), 401, "queue_token_required");
}

TEST(Admission, RefusesABadQueueToken) {
  const TwoUsers two;
  std::string forged = two.inside;
  forged[10] = forged[10] == 'A' ? 'B' : 'A';
  for (const std::string& text : {forged, two.inside + "=", two.inside.substr(1),
                                  two.inside.substr(0, two.inside.size() - 1), std::string("x")}) {
    expect_problem(two.seats(two.inside_user, text), 401, "queue_token_invalid");
  }
}

TEST(Admission, RefusesSomebodyElsesToken) {
  const TwoUsers two;
  expect_problem(two.seats(two.waiting_user, two.inside), 403, "forbidden");
  expect_problem(two.seats(new_user(), two.inside), 403, "forbidden");
  expect_problem(get(seats_path(two.concert), with_both({"", admin_token()}, two.inside)), 403,
                 "forbidden");
}

TEST(Admission, RefusesAnotherConcertsToken) {
  const TwoUsers two;
  const Json other = create_concert();
  const std::string other_token = joined(two.inside_user, other)["token"].text();
  expect_problem(two.seats(two.inside_user, other_token), 403, "wrong_concert");
  // Whose token it is comes first.
  expect_problem(two.seats(two.waiting_user, other_token), 403, "forbidden");
}

TEST(Admission, RefusesWhoeverStillWaits) {
  const TwoUsers two;
  const Response response = two.seats(two.waiting_user, two.waiting);
  expect_problem(response, 403, "not_admitted");
  EXPECT_EQ(response.json()["position"].integer(), 1) << response;
  EXPECT_GE(response.json()["poll_after_ms"].integer(), 1'000) << response;
}

TEST(Admission, RefusesWhoeverCameBeforeTheSale) {
  const Json concert = create_concert({.times = {{"sale_opens_at", time_from_now(1h)}}});
  const User user = new_user();
  const std::string token = joined(user, concert)["token"].text();
  expect_problem(get(seats_path(concert), with_both(user, token)), 403, "not_admitted");
}

TEST(Admission, RefusesWhatHasEndedAndSaysWhy) {
  const TwoUsers two;
  EXPECT_EQ(two.seats(two.inside_user, two.inside).status, 200);
  leave(two.inside);
  expect_ended_token(first_refusal(two.concert, two.inside_user, two.inside, 1s), "LEFT");
  revoke_token(state_of(two.waiting)["token_id"].text());
  expect_ended_token(first_refusal(two.concert, two.waiting_user, two.waiting, 1s), "REVOKED");
}

TEST(Admission, EndsWithTheActiveTimeAndWithTheSale) {
  const Json lapsing = create_concert({.settings = {{"active_seconds", 5}}});
  const Json closing = create_concert();
  const User user = new_user();
  const std::string lapsing_token = joined(user, lapsing)["token"].text();
  const std::string closing_token = joined(user, closing)["token"].text();
  EXPECT_EQ(get(seats_path(lapsing), with_both(user, lapsing_token)).status, 200);
  EXPECT_EQ(get(seats_path(closing), with_both(user, closing_token)).status, 200);
  close_in_a_second(closing);
  expect_ended_token(first_refusal(closing, user, closing_token, 7s), "SALE_CLOSED");
  expect_ended_token(first_refusal(lapsing, user, lapsing_token, 4s), "ACTIVE_LAPSED");
}

TEST(Admission, LookingAtTheSeatsIsShowingUp) {
  const Json concert = create_concert({.settings = {{"max_active", 1}, {"claim_seconds", 100}}});
  const std::string inside = joined(new_user(), concert)["token"].text();
  const User user = new_user();
  const std::string token = joined(user, concert)["token"].text();
  const Json driver = joined(new_user(), concert);
  leave(inside);
  ASSERT_TRUE(eventually(2s, [&] {
    state_of(driver);
    return token_rows(concert)[1].status == "ACTIVE";
  }));
  const std::string claimed =
      "SELECT claimed_at IS NOT NULL FROM queue_tokens WHERE place = 2 AND concert_id = " +
      id_of(concert);
  EXPECT_EQ(Installation::shared().query_value(claimed), "0");
  EXPECT_TRUE(eventually(
      2s, [&] { return get(seats_path(concert), with_both(user, token)).status == 200; }));
  EXPECT_EQ(Installation::shared().query_value(claimed), "1");
}
