// Idempotency: on reservations a key is honoured, though not required.
#include <gtest/gtest.h>

#include "support/money.h"

using namespace stagedoor::testing;

namespace {

Headers key(const std::string& text) { return {{"Idempotency-Key", text}}; }

struct FirstReserve {
  Json concert = create_concert(hall(50));
  std::int64_t date_id = date_of(concert);
  Fan fan = admitted(concert);
  Response first = reserve(fan, date_id, {1, 2}, key("k-1"));

  FirstReserve() { EXPECT_EQ(first.status, 201) << first; }
  [[nodiscard]] Response again() const { return reserve(fan, date_id, {1, 2}, key("k-1")); }
};

}  // namespace

TEST(IdempotentReserve, RepeatsTheFirstAnswerByteForByte) {
  const FirstReserve scene;
  EXPECT_FALSE(scene.first.has_header("Idempotency-Replayed"));
  expect_replay(scene.first, scene.again());
  // White space does not count, and a key may be quoted.
  expect_replay(scene.first, reserve_body(scene.fan,
                                          "{ \"date_id\" : " + std::to_string(scene.date_id) +
                                              ",\n\"seats\" : [ 1, 2 ] }",
                                          key("\"k-1\"")));
}

TEST(IdempotentReserve, RepeatsItWhateverBecameOfTheHoldAndTheToken) {
  const FirstReserve scene;
  EXPECT_EQ(release(scene.fan.user, scene.first.json()).status, 204);
  expect_replay(scene.first, scene.again());
  EXPECT_EQ(leave(scene.fan.queue_token).status, 204);
  expect_replay(scene.first, scene.again());
  const std::string body = "{\"date_id\":" + std::to_string(scene.date_id) + ",\"seats\":[1,2]}";
  Headers no_token = as(scene.fan.user);
  no_token.emplace_back("Idempotency-Key", "k-1");
  expect_replay(scene.first, post("/reservations", body, no_token));
  Headers bad_token = no_token;
  bad_token.emplace_back("Queue-Token", "x.y");
  expect_replay(scene.first, post("/reservations", body, bad_token));
  Installation::shared().flush_memcached();
  expect_replay(scene.first, scene.again());
}

TEST(IdempotentReserve, RefusesTheKeyForAnotherRequestBeforeAnythingElse) {
  const FirstReserve scene;
  const auto other_body = [&](const Headers& headers) {
    return post("/reservations",
                "{\"date_id\":" + std::to_string(scene.date_id) + ",\"seats\":[1,3]}", headers);
  };
  Headers headers = as(scene.fan);
  headers.emplace_back("Idempotency-Key", "k-1");
  expect_problem(other_body(headers), 422, "idempotency_key_reused");
  Headers no_token = as(scene.fan.user);
  no_token.emplace_back("Idempotency-Key", "k-1");
  expect_problem(other_body(no_token), 422, "idempotency_key_reused");
  expect_replay(scene.first, scene.again());
}

TEST(IdempotentReserve, KeysOfDifferentUsersHaveNothingToDoWithEachOther) {
  const FirstReserve scene;
  const Fan other = admitted(scene.concert);
  const Response response = reserve(other, scene.date_id, {3}, key("k-1"));
  EXPECT_EQ(response.status, 201) << response;
  EXPECT_FALSE(response.has_header("Idempotency-Replayed"));
  // Another key is another request.
  expect_problem(reserve(scene.fan, scene.date_id, {1, 2}, key("k-2")), 409, "hold_exists");
}

TEST(IdempotentReserve, ForgetsRefusals) {
  const FirstReserve scene;
  const Fan other = admitted(scene.concert);
  expect_problem(reserve(other, scene.date_id, {2}, key("k-1")), 409, "seat_unavailable");
  expect_problem(reserve(other, 999'999'999, {2}, key("k-2")), 404, "not_found");
  release(scene.fan.user, scene.first.json());
  const Response served = reserve(other, scene.date_id, {2}, key("k-1"));
  EXPECT_EQ(served.status, 201) << served;
  EXPECT_FALSE(served.has_header("Idempotency-Replayed"));
}

TEST(IdempotentReserve, TakesOneTo255VisibleCharacters) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  for (const std::string& bad :
       {std::string("\"\""), std::string(256, 'k'), std::string("two words"),
        std::string("k\xc3\xa9"), "\"" + std::string(256, 'k') + "\""}) {
    SCOPED_TRACE(bad);
    expect_invalid(reserve(fan, date_of(concert), {1}, key(bad)), {"Idempotency-Key"});
  }
  const std::string punctuation = R"(!#$%&'()*+,-./:;<=>?@[]^_`{|}~)";
  for (const std::string& good : {std::string("k"), std::string(255, 'k'), punctuation}) {
    SCOPED_TRACE(good);
    const Response first = reserve(fan, date_of(concert), {1}, key(good));
    ASSERT_EQ(first.status, 201) << first;
    expect_replay(first, reserve(fan, date_of(concert), {1}, key(good)));
    release(fan.user, first.json());
  }
}

TEST(IdempotentReserve, AppliesTenDuplicatesAtOnceOnce) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const auto responses = parallel(10, 10, [&](std::size_t) {
    return reserve(fan, date_of(concert), {1, 2}, key("ten"));
  });
  int replayed = 0;
  for (const Response& response : responses) {
    EXPECT_EQ(response.status, 201) << response;
    EXPECT_EQ(response.body, responses[0].body);
    replayed += response.has_header("Idempotency-Replayed") ? 1 : 0;
  }
  EXPECT_EQ(replayed, 9);
  EXPECT_EQ(all_items("/reservations", as(fan.user)).size(), 1U);
}
