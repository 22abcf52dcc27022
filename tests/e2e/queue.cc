// Queue: joining, polling, leaving, being let in and every way a token ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "support/queue.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

Json concert_for(std::int64_t max_active, std::map<std::string, std::int64_t> settings = {},
                 std::map<std::string, std::string> times = {}) {
  settings["max_active"] = max_active;
  return create_concert({.settings = std::move(settings), .times = std::move(times)});
}

// A concert whose only place is taken, so that all who join wait.
struct FullConcert {
  Json concert = concert_for(1);
  User inside_user = new_user();
  Json inside = joined(inside_user, concert);
};

std::string status_of(const Json& state) { return state["status"].text(); }
std::string reason_of(const Json& state) { return state["expired_reason"].text(); }

std::string column_of(const Json& state, const std::string& column) {
  return Installation::shared().query_value(
      "SELECT " + column +
      " FROM queue_tokens WHERE token_id = " + in_sql(state["token_id"].text()));
}

// Whole seconds between two columns of a token.
int seconds_between(const Json& state, const std::string& from, const std::string& to) {
  return std::stoi(
      column_of(state, "ROUND(TIMESTAMPDIFF(MICROSECOND, " + from + ", " + to + ") / 1000000)"));
}

void expect_ended(const Json& state, const std::string& reason) {
  EXPECT_EQ(status_of(state), "EXPIRED") << state;
  EXPECT_EQ(reason_of(state), reason) << state;
  EXPECT_TRUE(state["position"].is_null()) << state;
  EXPECT_TRUE(state["ahead"].is_null()) << state;
}

void expect_waiting_at(const Json& state, std::int64_t position) {
  EXPECT_EQ(status_of(state), "WAITING") << state;
  EXPECT_EQ(state["position"].integer(), position) << state;
  EXPECT_EQ(state["ahead"].integer(), position - 1) << state;
  EXPECT_TRUE(state["expires_at"].is_null()) << state;
  EXPECT_TRUE(state["admitted_at"].is_null()) << state;
}

bool eventually_at(const Json& state, std::int64_t position) {
  return eventually(2s, [&] {
    const Json now = state_of(state);
    return now["position"].is_integer() && now["position"].integer() == position;
  });
}

Json stats_of(const Json& concert) {
  return get("/admin" + concert_path(concert) + "/stats", as_admin()).json()["queue"];
}

const std::vector<std::string> kStateMembers = {
    "token_id",   "user_id",     "concert_id",    "status",        "position",
    "ahead",      "waiting",     "poll_after_ms", "issued_at",     "estimated_wait_seconds",
    "expires_at", "admitted_at", "token",         "expired_reason"};

}  // namespace

TEST(Joining, AnswersTheWholeQueueState) {
  const FullConcert full;
  const User user = new_user();
  const Response response = join(user, full.concert);
  ASSERT_EQ(response.status, 201) << response;
  const Json state = response.json();
  for (const std::string& member : kStateMembers) {
    EXPECT_TRUE(state[member].exists()) << member << " in " << state;
  }
  expect_waiting_at(state, 1);
  EXPECT_TRUE(is_uuid(state["token_id"].text()));
  EXPECT_EQ(state["user_id"].text(), user.user_id);
  EXPECT_EQ(state["concert_id"], full.concert["concert_id"]);
  EXPECT_EQ(state["waiting"].integer(), 1);
  EXPECT_TRUE(is_time(state["issued_at"].text()));
  EXPECT_TRUE(state["expired_reason"].is_null());
  EXPECT_TRUE(state["estimated_wait_seconds"].is_null() ||
              state["estimated_wait_seconds"].is_integer());
}

TEST(Joining, SaysWhenToAskAgain) {
  const FullConcert full;
  const Response response = join(new_user(), full.concert);
  const std::int64_t after_ms = response.json()["poll_after_ms"].integer();
  EXPECT_GE(after_ms, 1'000);
  EXPECT_LE(after_ms, 20'000);
  EXPECT_EQ(response.header("Retry-After"), std::to_string((after_ms + 999) / 1'000));
}

TEST(Joining, IsActiveAtOnceWhileThereIsRoomAndNobodyWaits) {
  const Json concert = concert_for(3);
  for (int i = 0; i < 3; ++i) {
    const Json state = joined(new_user(), concert);
    EXPECT_EQ(status_of(state), "ACTIVE") << state;
    EXPECT_EQ(state["position"].integer(), 0);
    EXPECT_TRUE(is_time(state["admitted_at"].text()));
    EXPECT_TRUE(is_time(state["expires_at"].text()));
    EXPECT_NE(column_of(state, "claimed_at"), "NULL") << "a join counts as shown up";
    EXPECT_EQ(seconds_between(state, "admitted_at", "active_until"), 600);
  }
  expect_waiting_at(joined(new_user(), concert), 1);
  expect_waiting_at(joined(new_user(), concert), 2);
  expect_fair(concert);
}

TEST(Joining, AgainGivesTheSameTokenAndPlace) {
  const FullConcert full;
  const User user = new_user();
  const Response first = join(user, full.concert);
  joined(new_user(), full.concert);
  const Response again = join(user, full.concert);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.json()["token"], first.json()["token"]);
  EXPECT_EQ(again.json()["token_id"], first.json()["token_id"]);
  expect_waiting_at(again.json(), 1);
  EXPECT_EQ(join(full.inside_user, full.concert).status, 200);
}

TEST(Joining, ManyTimesAtOnceCreatesOneToken) {
  const FullConcert full;
  for (int round = 0; round < 20; ++round) {
    const User user = new_user();
    const auto responses = parallel(8, 8, [&](std::size_t) { return join(user, full.concert); });
    int created = 0;
    for (const Response& response : responses) {
      ASSERT_TRUE(response.status == 200 || response.status == 201) << response;
      if (response.status == 201) ++created;
      EXPECT_EQ(response.json()["token"], responses[0].json()["token"]);
    }
    EXPECT_EQ(created, 1);
  }
  expect_fair(full.concert);
}

TEST(Joining, AUserMayStandInSeveralLines) {
  const FullConcert one;
  const FullConcert other;
  const User user = new_user();
  const Json in_one = joined(user, one.concert);
  const Json in_other = joined(user, other.concert);
  EXPECT_NE(in_one["token_id"], in_other["token_id"]);
  expect_waiting_at(state_of(in_one), 1);
  expect_waiting_at(state_of(in_other), 1);
}

TEST(Joining, IsRefusedForWhatIsNotThere) {
  expect_problem(post("/queue/tokens", R"({"concert_id":999999999})", as(new_user())), 404,
                 "not_found");
  expect_problem(post("/queue/tokens", R"({"concert_id":1})"), 401, "unauthenticated");
  const User user = new_user();
  expect_invalid(post("/queue/tokens", "{}", as(user)), {"concert_id"});
  for (const char* value : {"0", "-1", "1.5", "\"1\"", "null", "[]", "9223372036854775808"}) {
    expect_invalid(post("/queue/tokens", std::string("{\"concert_id\":") + value + "}", as(user)),
                   {"concert_id"});
  }
}

TEST(Joining, KnowsNoPriority) {
  const FullConcert full;
  expect_invalid(
      post("/queue/tokens", "{\"concert_id\":" + id_of(full.concert) + ",\"priority\":1}",
           as(new_user())),
      {"priority"});
}

TEST(Joining, APlaceIsNotLostToARefusedJoin) {
  const FullConcert full;
  post("/queue/tokens", R"({"concert_id":"x"})", as(new_user()));
  join(new_user(), full.concert);
  join(full.inside_user, full.concert);
  joined(new_user(), full.concert);
  EXPECT_EQ(token_rows(full.concert).back().place, 3);
  expect_fair(full.concert);
}

TEST(Polling, ShowsTheSameStateAsTheJoin) {
  const FullConcert full;
  const Json joined_state = joined(new_user(), full.concert);
  const Json polled = state_of(joined_state);
  for (const char* member :
       {"token_id", "user_id", "concert_id", "status", "position", "token", "issued_at"}) {
    EXPECT_EQ(polled[member], joined_state[member]) << member;
  }
}

TEST(Polling, NeedsTheQueueTokenAlone) {
  const FullConcert full;
  const Response response = poll(full.inside["token"].text());
  EXPECT_EQ(response.status, 200) << response;
  EXPECT_FALSE(response.header("X-Request-Id").empty());
  expect_problem(get("/queue/tokens/current"), 401, "queue_token_required");
  expect_problem(get("/queue/tokens/current", as(full.inside_user)), 401, "queue_token_required");
  const Response headless =
      head("/queue/tokens/current", {{"Queue-Token", full.inside["token"].text()}});
  EXPECT_EQ(headless.status, 200);
  EXPECT_EQ(headless.body, "");
}

TEST(Polling, CountsThePeopleInFrontExactly) {
  const FullConcert full;
  const std::vector<Json> states = join_in_order(6, full.concert);
  for (std::size_t i = 0; i < states.size(); ++i) {
    expect_waiting_at(state_of(states[i]), static_cast<std::int64_t>(i) + 1);
  }
  leave(states[1]["token"].text());
  leave(states[3]["token"].text());
  EXPECT_TRUE(eventually_at(states[5], 4));
  EXPECT_TRUE(eventually_at(states[4], 3));
  EXPECT_TRUE(eventually_at(states[2], 2));
  expect_waiting_at(state_of(states[0]), 1);
}

TEST(Polling, TheFirstLookOfTheAdmittedIsShowingUp) {
  const Json concert = concert_for(1, {{"claim_seconds", 100}, {"active_seconds", 200}});
  const Json inside = joined(new_user(), concert);
  const Json next = joined(new_user(), concert);
  const Json driver = joined(new_user(), concert);
  leave(inside["token"].text());
  ASSERT_TRUE(eventually(2s, [&] {
    state_of(driver);
    return column_of(next, "status") == "ACTIVE";
  }));
  EXPECT_EQ(column_of(next, "claimed_at"), "NULL");
  EXPECT_EQ(seconds_between(next, "admitted_at", "active_until"), 100);
  const Json seen = state_of(next);
  EXPECT_EQ(status_of(seen), "ACTIVE") << seen;
  EXPECT_NE(column_of(next, "claimed_at"), "NULL");
  EXPECT_EQ(seconds_between(next, "admitted_at", "active_until"), 200);
  EXPECT_EQ(state_of(next)["expires_at"], seen["expires_at"]);
}

TEST(Polling, EstimatesTheWaitOnceTheLineMoves) {
  const Json concert = concert_for(1);
  const Json inside = joined(new_user(), concert);
  const std::vector<Json> waiting = join_in_order(3, concert);
  leave(inside["token"].text());
  ASSERT_TRUE(becomes(waiting[0], "ACTIVE"));
  const Json state = state_of(waiting[2]);
  ASSERT_TRUE(state["estimated_wait_seconds"].is_integer()) << state;
  EXPECT_GT(state["estimated_wait_seconds"].integer(), 0);
}

TEST(Leaving, EndsTheTokenAtOnceAndTwiceIsTheSame) {
  const FullConcert full;
  const User user = new_user();
  const Json state = joined(user, full.concert);
  const Response first = leave(state["token"].text());
  EXPECT_EQ(first.status, 204) << first;
  EXPECT_EQ(first.body, "");
  expect_ended(state_of(state), "LEFT");
  EXPECT_EQ(leave(state["token"].text()).status, 204);
  expect_ended(state_of(state), "LEFT");
  expect_problem(send({"DELETE", "/api/v1/queue/tokens/current", {}, ""}), 401,
                 "queue_token_required");
}

TEST(Leaving, FreesThePlaceForTheNext) {
  const FullConcert full;
  const std::vector<Json> waiting = join_in_order(2, full.concert);
  leave(full.inside["token"].text());
  EXPECT_TRUE(becomes(waiting[0], "ACTIVE"));
  expect_waiting_at(state_of(waiting[1]), 1);
  expect_ended(state_of(full.inside), "LEFT");
  expect_fair(full.concert);
}

TEST(Leaving, OneMayJoinAgainAtTheBack) {
  const FullConcert full;
  const User user = new_user();
  const Json first = joined(user, full.concert);
  const Json behind = joined(new_user(), full.concert);
  leave(first["token"].text());
  const Response again = join(user, full.concert);
  EXPECT_EQ(again.status, 201) << again;
  EXPECT_NE(again.json()["token_id"], first["token_id"]);
  EXPECT_TRUE(eventually_at(behind, 1));
  EXPECT_TRUE(eventually_at(again.json(), 2));
  expect_ended(state_of(first), "LEFT");
  expect_fair(full.concert);
}

TEST(Leaving, IsNotForgottenWithTheCache) {
  const FullConcert full;
  const std::vector<Json> waiting = join_in_order(3, full.concert);
  for (int round = 0; round < 10; ++round) {
    const User user = new_user();
    const Json state = joined(user, full.concert);
    state_of(state);
    leave(state["token"].text());
    Installation::shared().flush_memcached();
    state_of(waiting[2]);
    for (int look = 0; look < 3; ++look) expect_ended(state_of(state), "LEFT");
  }
}

TEST(Revoking, EndsAnyTokenAtOnce) {
  const FullConcert full;
  const User user = new_user();
  const Json waiting = joined(user, full.concert);
  EXPECT_EQ(revoke_token(waiting["token_id"].text()).status, 204);
  expect_ended(state_of(waiting), "REVOKED");
  EXPECT_EQ(revoke_token(waiting["token_id"].text()).status, 204);
  expect_ended(state_of(waiting), "REVOKED");
  const Json again = joined(user, full.concert);
  EXPECT_EQ(revoke_token(full.inside["token_id"].text()).status, 204);
  expect_ended(state_of(full.inside), "REVOKED");
  EXPECT_TRUE(becomes(again, "ACTIVE"));
  leave(waiting["token"].text());
  expect_ended(state_of(waiting), "REVOKED");
  expect_fair(full.concert);
}

TEST(Revoking, IsForOrganisers) {
  const FullConcert full;
  const std::string path = "/admin/queue/tokens/" + full.inside["token_id"].text() + "/revoke";
  expect_problem(post(path, "", as(full.inside_user)), 403, "forbidden");
  expect_problem(post(path, ""), 401, "unauthenticated");
  expect_problem(revoke_token("0190b0e2-0000-7000-8000-000000000000"), 404, "not_found");
  expect_problem(revoke_token("nonsense"), 404, "not_found");
  EXPECT_EQ(status_of(state_of(full.inside)), "ACTIVE");
}

TEST(TokenEnd, TheUnclaimedAndTheActiveLapse) {
  const Json concert = concert_for(1, {{"claim_seconds", 5}, {"active_seconds", 5}});
  const User first_user = new_user();
  const Json first = joined(first_user, concert);
  const Json absent = joined(new_user(), concert);
  const Json last = joined(new_user(), concert);
  EXPECT_EQ(status_of(first), "ACTIVE");
  EXPECT_TRUE(eventually(7s, [&] { return status_of(state_of(first)) == "EXPIRED"; }));
  expect_ended(state_of(first), "ACTIVE_LAPSED");
  EXPECT_TRUE(eventually(2s, [&] {
    state_of(last);
    return column_of(absent, "status") == "ACTIVE";
  }));
  EXPECT_LE(seconds_between(first, "ends_at", "ended_at"), 2);
  EXPECT_TRUE(becomes(last, "ACTIVE", 8s));
  expect_ended(state_of(absent), "NOT_CLAIMED");
  const Response again = join(first_user, concert);
  EXPECT_EQ(again.status, 201) << again;
  expect_waiting_at(again.json(), 1);
  expect_fair(concert);
}

TEST(BeforeTheSale, TheLineStandsAndMovesInOrderFromTheOpeningOn) {
  const Json concert = concert_for(3, {}, {{"sale_opens_at", time_from_now(1h)}});
  const std::vector<Json> states = join_in_order(8, concert);
  for (std::size_t i = 0; i < states.size(); ++i) {
    const Json state = state_of(states[i]);
    EXPECT_EQ(status_of(state), "PREQUEUED") << state;
    EXPECT_EQ(state["position"].integer(), static_cast<std::int64_t>(i) + 1);
    EXPECT_TRUE(state["expires_at"].is_null());
  }
  EXPECT_EQ(Installation::shared().run({"sweep"}).exit_code, 0);
  EXPECT_EQ(status_of(state_of(states[0])), "PREQUEUED");
  EXPECT_EQ(get(concert_path(concert)).json()["sale_state"].text(), "SCHEDULED");

  const std::string opens_at = time_from_now(2s);
  ASSERT_EQ(change(concert, R"({"sale_opens_at":")" + opens_at + "\"}").status, 200);
  EXPECT_TRUE(becomes(states[2], "ACTIVE", 7s));
  EXPECT_EQ(Installation::shared().query_value(
                "SELECT MAX(t.admitted_at) <= c.sale_opens_at + INTERVAL 2 SECOND"
                "  AND MIN(t.admitted_at) >= c.sale_opens_at FROM queue_tokens t"
                " JOIN concerts c ON c.concert_id = t.concert_id WHERE t.admitted_at IS NOT NULL"
                " AND t.concert_id = " +
                id_of(concert)),
            "1");
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(status_of(state_of(states[i])), "ACTIVE");
  for (std::size_t i = 3; i < states.size(); ++i) {
    expect_waiting_at(state_of(states[i]), static_cast<std::int64_t>(i) - 2);
  }
  expect_fair(concert);
}

TEST(AfterTheSale, EverybodyIsToldAndNobodyJoins) {
  const Json concert = concert_for(1);
  const User inside_user = new_user();
  const Json inside = joined(inside_user, concert);
  const User waiting_user = new_user();
  const Json waiting = joined(waiting_user, concert);
  EXPECT_EQ(status_of(inside), "ACTIVE");
  close_in_a_second(concert);
  EXPECT_TRUE(becomes(waiting, "EXPIRED", 5s));
  expect_ended(state_of(waiting), "SALE_CLOSED");
  expect_ended(state_of(inside), "SALE_CLOSED");
  for (const User& user : {inside_user, waiting_user, new_user()}) {
    expect_problem(join(user, concert), 410, "sale_closed");
  }

  EXPECT_EQ(change(concert, "{\"sale_closes_at\":\"" + time_from_now(1h) + "\"}").status, 200);
  for (int look = 0; look < 5; ++look) {
    expect_ended(state_of(waiting), "SALE_CLOSED");
    expect_ended(state_of(inside), "SALE_CLOSED");
  }
  const Response again = join(waiting_user, concert);
  EXPECT_EQ(again.status, 201) << again;
  EXPECT_EQ(status_of(again.json()), "ACTIVE");
  EXPECT_EQ(leave(waiting["token"].text()).status, 204);
  expect_ended(state_of(waiting), "SALE_CLOSED");
  EXPECT_EQ(Installation::shared().run({"sweep"}).exit_code, 0);
  EXPECT_EQ(column_of(waiting, "expired_reason"), "SALE_CLOSED");
  EXPECT_EQ(column_of(inside, "expired_reason"), "SALE_CLOSED");
  EXPECT_EQ(status_of(state_of(again.json())), "ACTIVE");
  expect_fair(concert);
}

TEST(AfterTheSale, ClosingByAChangeOfSettingsTakesEffect) {
  const Json concert = concert_for(1);
  const Json inside = joined(new_user(), concert);
  const Json waiting = joined(new_user(), concert);
  EXPECT_EQ(change(concert, "{\"sale_closes_at\":\"" + time_from_now(-1s) + "\"}").status, 200);
  EXPECT_TRUE(becomes(waiting, "EXPIRED"));
  expect_ended(state_of(inside), "SALE_CLOSED");
  expect_problem(join(new_user(), concert), 410, "sale_closed");
}

TEST(ChangingSettings, MoreRoomLetsTheNextIn) {
  const FullConcert full;
  const std::vector<Json> waiting = join_in_order(4, full.concert);
  EXPECT_EQ(change(full.concert, R"({"max_active":3})").status, 200);
  EXPECT_TRUE(becomes(waiting[1], "ACTIVE"));
  EXPECT_EQ(status_of(state_of(waiting[0])), "ACTIVE");
  expect_waiting_at(state_of(waiting[2]), 1);
  expect_fair(full.concert);
}

TEST(ChangingSettings, LessRoomLetsNobodyInUntilThereIsSome) {
  const Json concert = concert_for(5);
  const std::vector<Json> inside = join_in_order(5, concert);
  const Json next = joined(new_user(), concert);
  EXPECT_EQ(change(concert, R"({"max_active":2})").status, 200);
  for (std::size_t gone = 0; gone < 3; ++gone) {
    leave(inside[gone]["token"].text());
    EXPECT_EQ(Installation::shared().run({"sweep"}).exit_code, 0);
    expect_waiting_at(state_of(next), 1);
  }
  for (std::size_t i = 3; i < 5; ++i) EXPECT_EQ(status_of(state_of(inside[i])), "ACTIVE");
  leave(inside[3]["token"].text());
  EXPECT_TRUE(becomes(next, "ACTIVE"));
  expect_fair(concert);
}

TEST(ChangingSettings, ThePaceHoldsFromTheChangeOn) {
  const FullConcert full;
  const std::vector<Json> waiting = join_in_order(40, full.concert);
  EXPECT_EQ(change(full.concert, R"({"max_active":100,"admit_per_minute":60})").status, 200);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(becomes(waiting[4], "ACTIVE", 8s));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 2s) << "five at sixty a minute";
  EXPECT_EQ(status_of(state_of(waiting[20])), "WAITING");
  EXPECT_EQ(change(full.concert, R"({"admit_per_minute":0})").status, 200);
  EXPECT_TRUE(becomes(waiting[39], "ACTIVE"));
  expect_fair(full.concert);
}

TEST(ChangingSettings, NewTimesHoldForWhoeverIsLetInFromThenOn) {
  const Json concert = concert_for(2);
  const std::vector<Json> inside = join_in_order(2, concert);
  const std::vector<Json> waiting = join_in_order(2, concert);
  EXPECT_EQ(change(concert, R"({"claim_seconds":77,"active_seconds":777})").status, 200);
  EXPECT_EQ(seconds_between(inside[0], "admitted_at", "active_until"), 600);
  leave(inside[0]["token"].text());
  ASSERT_TRUE(eventually(2s, [&] {
    state_of(waiting[1]);
    return column_of(waiting[0], "status") == "ACTIVE";
  }));
  EXPECT_EQ(seconds_between(waiting[0], "admitted_at", "active_until"), 77);
  EXPECT_EQ(status_of(state_of(waiting[0])), "ACTIVE");
  EXPECT_EQ(seconds_between(waiting[0], "admitted_at", "active_until"), 777);
}

TEST(Sweep, AdvancesALineThatNobodyPolls) {
  const Json concert = concert_for(1, {{"active_seconds", 5}});
  const Json inside = joined(new_user(), concert);
  const std::vector<Json> waiting = join_in_order(2, concert);
  EXPECT_TRUE(
      eventually(8s, [&] { return column_of(inside, "ends_at <= UTC_TIMESTAMP(6)") == "1"; }));
  EXPECT_EQ(column_of(inside, "status"), "ACTIVE") << "it was not polled";
  const auto results =
      parallel(3, 3, [](std::size_t) { return Installation::shared().run({"sweep"}); });
  for (const CommandResult& result : results) {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const Json summary = Json::parse(result.out);
    EXPECT_GE(summary["lines_advanced"].integer(), 1);
    EXPECT_EQ(summary["errors"].size(), 0U);
  }
  EXPECT_EQ(column_of(inside, "expired_reason"), "ACTIVE_LAPSED");
  EXPECT_EQ(column_of(waiting[0], "status"), "ACTIVE");
  EXPECT_EQ(column_of(waiting[1], "status"), "WAITING");
  expect_fair(concert);
}

TEST(Stats, CountTheLine) {
  const Json concert = concert_for(2);
  const std::vector<Json> inside = join_in_order(2, concert);
  const std::vector<Json> waiting = join_in_order(5, concert);
  leave(waiting[1]["token"].text());
  revoke_token(waiting[2]["token_id"].text());
  leave(inside[0]["token"].text());
  ASSERT_TRUE(becomes(waiting[0], "ACTIVE"));
  EXPECT_TRUE(eventually(5s, [&] {
    const Json stats = stats_of(concert);
    return stats["waiting"].integer() == 2 && stats["active"].integer() == 2 &&
           stats["admitted_total"].integer() == 3 && stats["expired_total"].integer() == 3 &&
           stats["by_reason"]["LEFT"].integer() == 2 &&
           stats["by_reason"]["REVOKED"].integer() == 1;
  })) << stats_of(concert);
}

TEST(Stats, AreInTheConcertForEverybody) {
  const Json concert = concert_for(2, {{"admit_per_minute", 6'000}});
  join_in_order(5, concert);
  EXPECT_TRUE(eventually(5s, [&] {
    const Json queue = get(concert_path(concert)).json()["queue"];
    return queue["waiting"].integer() == 3 && queue["active"].integer() == 2;
  })) << get(concert_path(concert)).json();
  const Json queue = get(concert_path(concert)).json()["queue"];
  EXPECT_EQ(queue["max_active"].integer(), 2);
  EXPECT_EQ(queue["admit_per_minute"].integer(), 6'000);
  EXPECT_EQ(queue["order"].text(), "fifo");
}
