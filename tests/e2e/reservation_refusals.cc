// Reservations: every refusal of POST /reservations, and which of two comes first.
#include <gtest/gtest.h>

#include "support/seats.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kUnknownDate = 999'999'999;
constexpr std::int64_t kUnknownSeat = 51;

// Everything that a wish may run into, in two concerts of the same user.
struct Scene {
  Json concert =
      create_concert({.settings = {{"max_active", 3}, {"max_seats_per_user", 2}},
                      .dates = {NewDate{}, NewDate{.sale_opens_at = time_from_now(1h)},
                                NewDate{.starts_at = time_from_now(1500ms), .seats_json = {}}}});
  Json other_concert = create_concert();
  Fan fan = admitted(concert);
  Fan rival = admitted(concert);
  Fan left = admitted(concert);
  User waiting_user = new_user();
  std::string waiting_token;
  std::int64_t date_id = date_of(concert);
  std::int64_t not_on_sale = date_of(concert, 1);
  std::int64_t begun = date_of(concert, 2);
  std::int64_t elsewhere = date_of(other_concert);

  Scene() {
    waiting_token = joined(waiting_user, concert)["token"].text();
    held(rival, date_id, {7, 8});
  }

  [[nodiscard]] Fan waiting() const { return {waiting_user, "", waiting_token}; }
  [[nodiscard]] Response wish(std::int64_t date, const std::vector<std::int64_t>& numbers) const {
    return reserve(fan, date, numbers);
  }
};

Response reserve_with(const Headers& headers, std::int64_t date_id,
                      const std::vector<std::int64_t>& numbers) {
  return post("/reservations", wish_for(date_id, numbers), headers);
}

}  // namespace

TEST(ReservationRefusals, TheAccessTokenComesFirst) {
  const Scene scene;
  expect_problem(reserve_with({{"Queue-Token", scene.fan.queue_token}}, scene.date_id, {1}), 401,
                 "unauthenticated");
  expect_problem(post("/reservations", "not json"), 401, "unauthenticated");
}

TEST(ReservationRefusals, TheShapeOfTheBodyComesBeforeWhatItAsksFor) {
  const Scene scene;
  expect_problem(reserve_body(scene.fan, "{"), 400, "malformed_json");
  expect_problem(reserve_body(scene.fan, "{}", {{"Content-Type", "text/plain"}}), 415,
                 "unsupported_media_type");
  const std::string long_text(20'000, ' ');
  expect_problem(reserve_body(scene.fan, "{" + long_text + "}"), 413, "body_too_large");
}

TEST(ReservationRefusals, EveryBadFieldIsNamed) {
  const Scene scene;
  const std::string date = "{\"date_id\":" + std::to_string(scene.date_id);
  struct Case {
    std::string body;
    std::vector<std::string> fields;
  };
  const std::vector<Case> cases = {
      {"{}", {"date_id", "seats"}},
      {R"({"date_id":"1","seats":"2","priority":1})", {"date_id", "seats", "priority"}},
      {R"({"date_id":0,"seats":[1]})", {"date_id"}},
      {R"({"date_id":1.5,"seats":[1]})", {"date_id"}},
      {date + "}", {"seats"}},
      {date + R"(,"seats":[1],"best_available":1})", {"seats"}},
      {date + R"(,"seats":[1],"grade":"R"})", {"grade"}},
      {date + R"(,"best_available":0})", {"best_available"}},
      {date + R"(,"best_available":101})", {"best_available"}},
      {date + R"(,"best_available":"2"})", {"best_available"}},
      {date + R"(,"best_available":2,"grade":""})", {"grade"}},
      {date + R"(,"best_available":2,"grade":7})", {"grade"}},
      {date + R"(,"seats":[1],"user_id":"me"})", {"user_id"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.body);
    expect_invalid(reserve_body(scene.fan, c.body), c.fields);
  }
  for (const char* list : {"[1.5]", "[\"1\"]", "[null]", "[[1]]", "[1,true]", "[1e3000]", "{}"}) {
    SCOPED_TRACE(list);
    const Response response = reserve_body(scene.fan, date + ",\"seats\":" + list + "}");
    expect_problem(response, 422, "validation_failed");
    EXPECT_TRUE(response.json()["errors"][0]["field"].text().starts_with("seats")) << response;
  }
}

TEST(ReservationRefusals, ThoseOfTheQueueTokenComeBeforeThoseOfTheDate) {
  const Scene scene;
  const std::vector<std::int64_t> twice = {1, 1};
  const Header bearer_of_fan = bearer(scene.fan.user.token);
  expect_problem(reserve_with({bearer_of_fan}, kUnknownDate, twice), 401, "queue_token_required");
  expect_problem(reserve_with({bearer_of_fan, {"Queue-Token", ""}}, kUnknownDate, twice), 401,
                 "queue_token_required");
  expect_problem(reserve_with({bearer_of_fan, {"Queue-Token", "x.y"}}, kUnknownDate, twice), 401,
                 "queue_token_invalid");
  expect_problem(
      reserve_with({bearer_of_fan, {"Queue-Token", scene.rival.queue_token}}, kUnknownDate, twice),
      403, "forbidden");

  const Response waits = reserve(scene.waiting(), kUnknownDate, twice);
  expect_problem(waits, 403, "not_admitted");
  EXPECT_EQ(waits.json()["position"].integer(), 1) << waits;
  EXPECT_GE(waits.json()["poll_after_ms"].integer(), 1'000) << waits;

  leave(scene.left.queue_token);
  const Response ended = reserve(scene.left, kUnknownDate, twice);
  expect_problem(ended, 403, "queue_token_expired");
  EXPECT_EQ(ended.json()["expired_reason"].text(), "LEFT") << ended;
}

TEST(ReservationRefusals, AnEndedTokenReservesNothingFromThatInstant) {
  const Json concert = create_concert(hall(50));
  for (int i = 0; i < 20; ++i) {
    const Fan fan = admitted(concert);
    EXPECT_EQ(get(seats_path(concert), as(fan)).status, 200);
    if (i % 2 == 0) {
      EXPECT_EQ(leave(fan.queue_token).status, 204);
    } else {
      EXPECT_EQ(revoke_token(fan.token_id).status, 204);
    }
    const Response response = reserve(fan, date_of(concert), {1});
    expect_problem(response, 403, "queue_token_expired");
    EXPECT_EQ(response.json()["expired_reason"].text(), i % 2 == 0 ? "LEFT" : "REVOKED");
  }
}

TEST(ReservationRefusals, ThoseOfTheDateComeInOrderAndBeforeThoseOfTheSeats) {
  const Scene scene;
  const std::vector<std::int64_t> twice = {1, 1};
  expect_problem(scene.wish(kUnknownDate, twice), 404, "not_found");
  expect_problem(scene.wish(scene.elsewhere, twice), 403, "wrong_concert");
  const Response not_on_sale = scene.wish(scene.not_on_sale, twice);
  expect_problem(not_on_sale, 409, "not_on_sale");
  EXPECT_TRUE(is_time(not_on_sale.json()["sale_opens_at"].text())) << not_on_sale;
  // Until it begins, what is wrong is the wish.
  ASSERT_TRUE(eventually(4s, [&] { return scene.wish(scene.begun, twice).status == 410; }));
  expect_problem(scene.wish(scene.begun, twice), 410, "sale_closed");
  expect_problem(reserve_best(scene.fan, scene.begun, 2), 410, "sale_closed");
  EXPECT_EQ(scene.wish(scene.date_id, {1}).status, 201) << "the other evenings go on";
}

TEST(ReservationRefusals, ThoseOfTheSeatsComeInOrder) {
  const Scene scene;
  const auto numbers_to = [](std::int64_t last) {
    std::vector<std::int64_t> numbers;
    for (std::int64_t number = 1; number <= last; ++number) numbers.push_back(number);
    return numbers;
  };
  // Nothing but the wish itself is wrong; 7 and 8 are taken.
  expect_invalid(scene.wish(scene.date_id, {}), {"seats"});
  expect_invalid(scene.wish(scene.date_id, {7, 7}), {"seats"});
  expect_invalid(scene.wish(scene.date_id, numbers_to(101)), {"seats"});
  expect_invalid(scene.wish(scene.date_id, {7, 8, kUnknownSeat}), {"seats"});
  expect_invalid(scene.wish(scene.date_id, {0}), {"seats"});
  expect_invalid(scene.wish(scene.date_id, {-1}), {"seats"});
  const Response too_many = scene.wish(scene.date_id, {7, 8, 9});
  expect_problem(too_many, 409, "seat_limit_exceeded");
  EXPECT_EQ(too_many.json()["limit"].integer(), 2) << too_many;
  expect_problem(reserve_best(scene.fan, scene.date_id, 3), 409, "seat_limit_exceeded");
  const Response taken = scene.wish(scene.date_id, {8, 9});
  expect_problem(taken, 409, "seat_unavailable");
  EXPECT_EQ(taken.json()["seats"].dump(), "[8]") << taken;
  const Response both = scene.wish(scene.date_id, {8, 7});
  EXPECT_EQ(both.json()["seats"].dump(), "[7,8]") << both;

  // With an open hold as well.
  const Json hold = held(scene.fan, scene.date_id, {1});
  expect_invalid(scene.wish(scene.date_id, {}), {"seats"});
  expect_invalid(scene.wish(scene.date_id, {2, 2}), {"seats"});
  expect_invalid(scene.wish(scene.date_id, {kUnknownSeat}), {"seats"});
  expect_invalid(scene.wish(scene.date_id, {7, 8, 9, kUnknownSeat}), {"seats"});
  for (const Response& response :
       {scene.wish(scene.date_id, {7, 8, 9}), scene.wish(scene.date_id, {7}),
        scene.wish(scene.date_id, {1}), scene.wish(scene.date_id, {2}),
        reserve_best(scene.fan, scene.date_id, 1), reserve_best(scene.fan, scene.date_id, 50)}) {
    expect_problem(response, 409, "hold_exists");
    EXPECT_EQ(response.json()["reservation_id"], hold["reservation_id"]) << response;
  }
  expect_problem(scene.wish(scene.not_on_sale, {1}), 409, "not_on_sale");
}

TEST(ReservationRefusals, ARefusalChangesNothing) {
  const Scene scene;
  const auto before = Installation::shared().row_counts();
  const auto seats_before = listed_seats(scene.fan, scene.concert);
  for (const Response& refused :
       {scene.wish(scene.date_id, {9, 8}), scene.wish(scene.date_id, {9, kUnknownSeat}),
        scene.wish(scene.date_id, {9, 10, 11}), scene.wish(kUnknownDate, {9}),
        reserve(scene.fan, scene.date_id, {9, 8}, {{"Idempotency-Key", "refused"}})}) {
    EXPECT_GE(refused.status, 400) << refused;
  }
  EXPECT_EQ(Installation::shared().row_counts(), before);
  EXPECT_EQ(listed_seats(scene.fan, scene.concert), seats_before);
  EXPECT_EQ(scene.wish(scene.date_id, {9}).status, 201);
}

TEST(ReservationRefusals, OtherMethodsAreNotAllowed) {
  for (const char* method : {"PUT", "PATCH", "DELETE"}) {
    const Response response = send({method, "/api/v1/reservations", {}, ""});
    expect_problem(response, 405, "method_not_allowed");
    EXPECT_EQ(response.header("Allow"), "GET, HEAD, POST");
  }
}
