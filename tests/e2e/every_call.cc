// What is the same for every call: bodies, and who may make it. The calls are made with an id that
// no user has, since all of this is looked at before the id.
#include <gtest/gtest.h>

#include "support/endpoints.h"
#include "support/queue.h"

using namespace stagedoor::testing;

namespace {

const std::string kNobody = "00000000-0000-4000-8000-000000000000";

struct Call {
  std::string method;
  std::string path;
  Headers headers;
  bool takes_a_body = true;
};

Headers with(Headers headers, const Header& header) {
  headers.push_back(header);
  return headers;
}

// Every call that takes a body, or none but is sent one.
std::vector<Call> calls_with_a_body() {
  static const Json concert = create_concert();
  static const User user = new_user();
  static const Header place = {"Queue-Token", joined(user, concert)["token"].text()};
  const Headers keyed = with(as(user), {"Idempotency-Key", "every-call"});
  return {
      {"POST", "/users", {}},
      {"POST", "/sessions", {}},
      {"DELETE", "/sessions/current", as(user), false},
      {"POST", "/password-resets", {}},
      {"POST", "/password-resets/" + kNobody, {}},
      {"POST", "/email-verifications/" + kNobody, {}, false},
      {"PATCH", "/users/" + user.user_id, as(user)},
      {"DELETE", "/users/" + user.user_id, as(user)},
      {"DELETE", "/users/" + user.user_id + "/sessions", as(user), false},
      {"PUT", "/users/" + user.user_id + "/password", as(user)},
      {"POST", "/users/" + user.user_id + "/charges", keyed},
      {"POST", "/queue/tokens", as(user)},
      {"DELETE", "/queue/tokens/current", {place}, false},
      {"POST", "/reservations", with(as(user), place)},
      {"DELETE", "/reservations/" + kNobody, as(user), false},
      {"POST", "/payments", with(keyed, place)},
      {"POST", "/payments/" + kNobody + "/refund", keyed, false},
      {"POST", "/admin/concerts", as_admin()},
      {"PATCH", "/admin" + concert_path(concert), as_admin()},
      {"POST", "/admin" + concert_path(concert) + "/dates", as_admin()},
      {"POST", "/admin/queue/tokens/" + kNobody + "/revoke", as_admin(), false},
  };
}

Response send_body(const Call& call, const std::string& body, const std::string& type) {
  return send({.method = call.method,
               .path = "/api/v1" + call.path,
               .headers = with(call.headers, {"Content-Type", type}),
               .body = body});
}

}  // namespace

TEST(EveryCallWithABody, WantsItAsJson) {
  for (const Call& call : calls_with_a_body()) {
    SCOPED_TRACE(call.method + " " + call.path);
    expect_problem(send_body(call, "{}", "text/plain"), 415, "unsupported_media_type");
    expect_problem(send_body(call, "{", "application/json"), 400, "malformed_json");
  }
}

TEST(EveryCallWithABody, NamesAnUnknownField) {
  for (const Call& call : calls_with_a_body()) {
    SCOPED_TRACE(call.method + " " + call.path);
    const Response response = send_body(call, R"({"priority":1})", "application/json");
    expect_problem(response, 422, "validation_failed");
    bool is_named = false;
    for (const Json& error : response.json()["errors"].items()) {
      is_named = is_named || error["field"].text() == "priority";
    }
    EXPECT_TRUE(is_named) << response;
    if (!call.takes_a_body) expect_invalid(response, {"priority"});
  }
}

TEST(EveryEndpoint, NeedsTheAccessTokenOfItsLevel) {
  const User user = new_user();
  for (const Endpoint& row : endpoints()) {
    if (!row.needs_access_token()) continue;
    SCOPED_TRACE(row.method + " " + row.path);
    const std::string path = row.path_to_nothing();
    expect_problem(send({.method = row.method, .path = path}), 401, "unauthenticated");
    if (row.level != "admin") continue;
    expect_problem(send({.method = row.method, .path = path, .headers = as(user)}), 403,
                   "forbidden");
  }
}

TEST(EveryEndpoint, RefusesAllMethodsButItsOwn) {
  for (const Endpoint& row : endpoints()) {
    if (row.method == "-") continue;
    const std::string allowed = allowed_methods(row.path);
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"}) {
      if (allowed.find(method) != std::string::npos) continue;
      SCOPED_TRACE(method + (" " + row.path));
      const Response response = send({.method = method, .path = row.path_to_nothing()});
      expect_problem(response, 405, "method_not_allowed");
      EXPECT_EQ(response.header("Allow"), allowed);
    }
  }
}

TEST(EveryEndpoint, IsFoundUnderItsPathAloneAndNotUnderThatOfNginx) {
  for (const Endpoint& row : endpoints()) {
    expect_problem(send({.path = "/endpoint/" + row.handler}), 404, "not_found");
    if (row.path == "-") continue;
    expect_problem(send({.path = row.path_to_nothing() + "/x/y"}), 404, "not_found");
  }
}

TEST(EveryList, RefusesABadLimitAndABadCursor) {
  const User user = new_user();
  for (const std::string& path : {std::string("/concerts"), std::string("/reservations"),
                                  std::string("/payments"), "/users/" + user.user_id + "/ledger"}) {
    SCOPED_TRACE(path);
    expect_invalid(get(path + "?limit=0&cursor=%21", as(user)), {"limit", "cursor"});
  }
}

TEST(EveryCallOfAConcertOrAUser, KnowsWhichThereAre) {
  expect_problem(get("/admin/concerts/999999999/stats", as_admin()), 404, "not_found");
  const User user = new_user();
  expect_problem(post("/users/nobody/charges", R"({"amount":1})",
                      with(as(user), {"Idempotency-Key", "nobody"})),
                 404, "not_found");
}
