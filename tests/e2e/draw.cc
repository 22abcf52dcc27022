// API.md, "Fairness that strangers can check": the draw of a lottery, and the line that follows it.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "support/http_server.h"
#include "support/queue.h"
#include "support/recorded_round.h"
#include "support/seats.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr const char* kDrawVerifier = STAGEDOOR_SOURCE_DIR "/web/verify/draw.py";
constexpr const char* kLineVerifier = STAGEDOOR_SOURCE_DIR "/web/verify/line.py";

// quicknet
constexpr const char* kChain = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
constexpr std::int64_t kGenesis = 1'692'803'367;
constexpr std::int64_t kPeriod = 3;

Installation& installation() { return Installation::shared(); }

// What the sweep asks instead of drand; it knows every round, and that its value is that one.
HttpServer& beacon_server() {
  static HttpServer server;
  return server;
}

void let_beacon_answer() {
  beacon_server().answer_with([](const std::string& path) {
    const std::string round = path.substr(path.rfind('/') + 1);
    return R"({"round":)" + round + R"(,"randomness":")" + kRandomness + R"(","signature":")" +
           kSignature + R"("})";
  });
}

// The first round that is due that long from now or later.
std::int64_t round_due_in(std::chrono::seconds distance) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return ((now + distance).count() - kGenesis) / kPeriod + 2;
}

std::string beacon_json(std::int64_t round) {
  return R"({"kind":"drand","chain":")" + std::string(kChain) + R"(","round":)" +
         std::to_string(round) + "}";
}

std::string new_concert_json(const std::string& members) {
  return R"({"title":"A draw","artist":"The Artists","venue":"The Hall","dates":[{"starts_at":")" +
         time_from_now(24h * 30) + "\"}]," + members + "}";
}

Json create(const std::string& members) {
  const Response answer = post("/admin/concerts", new_concert_json(members), as_admin());
  if (answer.status != 201) refuse("not created", answer);
  return answer.json();
}

// Entries close an hour before the opening, which is far away.
Json create_lottery(const std::string& members = {}) {
  return create(R"("order":"lottery","draw_lead_seconds":3600,"sale_opens_at":")" +
                time_from_now(10h) + "\"" + members);
}

Json draw_of(const Json& concert) {
  const Response answer = get(concert_path(concert) + "/draw");
  if (answer.status != 200) refuse("no draw", answer);
  return answer.json();
}

bool reaches(const Json& concert, const std::string& status) {
  return eventually(30s, [&] { return draw_of(concert)["status"].text() == status; });
}

void set_opening(const Json& concert, std::chrono::seconds from_now,
                 const std::string& members = {}) {
  const Response answer =
      change(concert, R"({"sale_opens_at":")" + time_from_now(from_now) + "\"" + members + "}");
  ASSERT_EQ(answer.status, 200) << answer;
}

void close_entries(const Json& concert) {
  set_opening(concert, 3600s);
  ASSERT_TRUE(reaches(concert, "CLOSED"));
}

void open_sale(const Json& concert) {
  set_opening(concert, 0s);
  ASSERT_TRUE(reaches(concert, "DRAWN"));
}

CommandResult verify(const char* program, const Json& concert,
                     const std::vector<std::string>& options = {}) {
  std::vector<std::string> arguments = {"python3", "-B", program, installation().origin(),
                                        id_of(concert)};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return run_command(arguments);
}

// The place of each entry, as a stranger computes it.
std::map<std::int64_t, std::int64_t> places_of(const Json& concert) {
  const CommandResult result = verify(kDrawVerifier, concert);
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  std::map<std::int64_t, std::int64_t> places;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    std::int64_t entry = 0;
    std::int64_t place = 0;
    char colon = 0;
    std::string word;
    std::istringstream words(line);
    if (words >> word >> entry >> colon >> word >> place && colon == ':') places[entry] = place;
  }
  return places;
}

// Each is asked until all of them say what follows from the places and from who has left.
void expect_line(const std::vector<Json>& states,
                 const std::map<std::int64_t, std::int64_t>& places, std::size_t inside) {
  std::map<std::int64_t, Json> by_place;
  for (const Json& state : states) {
    const std::int64_t entry = state["entry"].integer();
    const auto drawn = places.find(entry);
    by_place[drawn == places.end() ? entry : drawn->second] = state;
  }
  std::size_t next = 0;
  for (const auto& [place, state] : by_place) {
    const std::size_t position = next++ < inside ? 0 : next - inside;
    EXPECT_TRUE(
        eventually(20s,
                   [&, token = state] {
                     const Json now = state_of(token);
                     return now["status"].text() == (position == 0 ? "ACTIVE" : "WAITING") &&
                            now["position"].integer() == static_cast<std::int64_t>(position);
                   }))
        << "place " << place << ", expected at " << position << ": " << state_of(state);
  }
}

void expect_undrawn(const Json& state) {
  EXPECT_EQ(state["status"].text(), "PREQUEUED") << state;
  EXPECT_TRUE(state["position"].is_null()) << state;
  EXPECT_TRUE(state["ahead"].is_null()) << state;
  EXPECT_GT(state["poll_after_ms"].integer(), 0) << state;
}

class Draw : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { let_beacon_answer(); }
};

class AsksOurBeacon : public ::testing::Environment {
 public:
  void SetUp() override {
    Installation::share(std::make_unique<Installation>(
        Variables{{"STAGEDOOR_BEACON_URL", beacon_server().origin()}}));
  }
};

[[maybe_unused]] const auto* const kAsksOurBeacon =
    ::testing::AddGlobalTestEnvironment(new AsksOurBeacon);

}  // namespace

TEST_F(Draw, OrdersALineThatMovesLikeAnyOther) {
  const Json concert = create_lottery(R"(,"max_active":5)");
  auto states = join_in_order(40, concert);
  for (std::size_t i = 0; i < states.size(); ++i) {
    EXPECT_EQ(states[i]["entry"].integer(), static_cast<std::int64_t>(i) + 1);
    expect_undrawn(states[i]);
    expect_undrawn(state_of(states[i]));
  }
  Json draw = draw_of(concert);
  EXPECT_EQ(draw["status"].text(), "COMMITTED");
  EXPECT_EQ(draw["commitment"].text().size(), 64U);
  for (const char* member : {"entries", "log_root", "beacon", "secret", "seed", "drawn_at"}) {
    EXPECT_TRUE(draw[member].exists() && draw[member].is_null()) << member;
  }
  for (const std::size_t leaver : {16U, 2U}) {
    EXPECT_EQ(leave(states[leaver]["token"].text()).status, 204);
    states.erase(states.begin() + static_cast<std::ptrdiff_t>(leaver));
  }

  close_entries(concert);
  states.push_back(joined(new_user(), concert));
  expect_undrawn(states.back());
  const Json closed = draw_of(concert);
  EXPECT_EQ(closed["entries"].integer(), 40);
  EXPECT_EQ(closed["log_root"].text().size(), 64U);
  EXPECT_EQ(closed["commitment"], draw["commitment"]);
  EXPECT_TRUE(closed["secret"].is_null() && closed["seed"].is_null());

  open_sale(concert);
  draw = draw_of(concert);
  EXPECT_EQ(draw["entries"], closed["entries"]);
  EXPECT_EQ(draw["log_root"], closed["log_root"]);
  EXPECT_EQ(draw["closes_at"], closed["closes_at"]);
  EXPECT_TRUE(is_time(draw["drawn_at"].text()));
  const auto places = places_of(concert);
  ASSERT_EQ(places.size(), 40U);
  expect_line(states, places, 5);

  // One in the middle leaves, one that was let in too.
  std::sort(states.begin(), states.end(), [&](const Json& left, const Json& right) {
    const auto place = [&](const Json& state) {
      const auto drawn = places.find(state["entry"].integer());
      return drawn == places.end() ? state["entry"].integer() : drawn->second;
    };
    return place(left) < place(right);
  });
  for (const std::size_t leaver : {20U, 1U}) {
    EXPECT_EQ(leave(states[leaver]["token"].text()).status, 204);
    states.erase(states.begin() + static_cast<std::ptrdiff_t>(leaver));
  }
  expect_line(states, places, 5);
  ASSERT_EQ(change(concert, R"({"max_active":50})").status, 200);
  expect_line(states, places, states.size());
  const CommandResult check =
      verify(kLineVerifier, concert, {"--token", states.back()["token_id"].text()});
  EXPECT_EQ(check.exit_code, 0) << check.err;
  EXPECT_NE(check.out.find("entry 41, place 41, 0 at most in front"), std::string::npos)
      << check.out;
}

TEST_F(Draw, UsesThePublicRandomValueThatWasNamed) {
  const Json concert = create_lottery(R"(,"beacon":)" + beacon_json(round_due_in(11h)));
  join_in_order(3, concert);
  EXPECT_TRUE(draw_of(concert)["beacon"]["value"].is_null());
  const std::int64_t round = round_due_in(2s);
  set_opening(concert, 3600s, R"(,"beacon":)" + beacon_json(round));
  ASSERT_TRUE(reaches(concert, "CLOSED"));
  EXPECT_TRUE(eventually(60s, [&] {
    EXPECT_EQ(installation().run({"sweep"}).exit_code, 0);
    return draw_of(concert)["beacon"]["value"].is_text();
  }));
  open_sale(concert);
  const Json beacon = draw_of(concert)["beacon"];
  EXPECT_EQ(beacon["kind"].text(), "drand");
  EXPECT_EQ(beacon["chain"].text(), kChain);
  EXPECT_EQ(beacon["round"].integer(), round);
  EXPECT_EQ(beacon["value"].text(), kRandomness);
  EXPECT_EQ(places_of(concert).size(), 3U);
}

TEST_F(Draw, TakesNoOtherBeaconThanOneThatNobodyKnowsAndNoneOnceItsEntriesAreClosed) {
  const Json concert = create_lottery(R"(,"beacon":)" + beacon_json(round_due_in(11h)));
  joined(new_user(), concert);
  const auto change_to = [&](std::chrono::seconds opening, std::chrono::seconds round) {
    return change(concert, R"({"sale_opens_at":")" + time_from_now(opening) + R"(","beacon":)" +
                               beacon_json(round_due_in(round)) + "}");
  };
  expect_invalid(change_to(10h, 8h), {"beacon.round"});
  expect_invalid(change_to(30min, -10min), {"beacon.round"});
  EXPECT_EQ(change_to(3600s, 30min).status, 200);
  ASSERT_TRUE(reaches(concert, "CLOSED"));
  expect_invalid(change_to(3600s, 40min), {"beacon"});
  expect_invalid(change(concert, R"({"beacon":null})"), {"beacon"});
  EXPECT_EQ(change(concert, R"({"max_active":7})").status, 200);
  EXPECT_EQ(change(concert, R"({"sale_opens_at":")" + time_from_now(5h) + R"("})").status, 200);
  EXPECT_EQ(draw_of(concert)["status"].text(), "CLOSED") << "entries stay final";
}

TEST_F(Draw, GoesOnWithoutAValueThatDoesNotComeAndSaysSo) {
  beacon_server().answer_with([](const std::string&) { return "{}"; });
  const Json concert =
      create(R"("order":"lottery","draw_lead_seconds":1,"sale_opens_at":")" + time_from_now(10h) +
             R"(","beacon":)" + beacon_json(round_due_in(11h)));
  join_in_order(3, concert);
  set_opening(concert, 1s, R"(,"beacon":)" + beacon_json(round_due_in(1s)));
  EXPECT_TRUE(eventually(60s, [&] {
    EXPECT_EQ(installation().run({"sweep"}).exit_code, 0);
    return draw_of(concert)["status"].text() == "DRAWN";
  }));
  EXPECT_EQ(draw_of(concert)["beacon"]["value"].text(), "missing");
  EXPECT_EQ(places_of(concert).size(), 3U);
  let_beacon_answer();
}

TEST_F(Draw, OfNoEntriesLetsInWhoComesLater) {
  const Json concert = create_lottery();
  close_entries(concert);
  EXPECT_EQ(draw_of(concert)["entries"].integer(), 0);
  open_sale(concert);
  EXPECT_EQ(joined(new_user(), concert)["status"].text(), "ACTIVE");
}

TEST_F(Draw, IsOfALotteryAlone) {
  const Json concert = create_concert();
  expect_problem(get(concert_path(concert) + "/draw"), 404, "not_found");
  expect_problem(get("/concerts/999999999/draw"), 404, "not_found");
  const Json lottery = create_lottery();
  EXPECT_EQ(lottery["order"].text(), "lottery");
  EXPECT_EQ(lottery["draw_lead_seconds"].integer(), 3600);
  EXPECT_EQ(get(concert_path(lottery)).json()["queue"]["order"].text(), "lottery");
  const Response answer = get(concert_path(lottery) + "/draw");
  EXPECT_EQ(answer.header("Cache-Control"), "public, max-age=1");
  EXPECT_EQ(get(concert_path(lottery) + "/draw", {{"If-None-Match", answer.header("ETag")}}).status,
            304);
}

TEST_F(Draw, NeedsAnOpeningAndABeaconThatNobodyKnowsBeforeTheEntriesClose) {
  const auto invalid = [](const std::string& members, const std::vector<std::string>& fields) {
    expect_invalid(post("/admin/concerts", new_concert_json(members), as_admin()), fields);
  };
  invalid(R"("order":"lottery")", {"sale_opens_at"});
  invalid(R"("order":"raffle")", {"order"});
  const std::string lottery =
      R"("order":"lottery","sale_opens_at":")" + time_from_now(2h) + R"(","draw_lead_seconds":)";
  invalid(lottery + "3601", {"draw_lead_seconds"});
  invalid(lottery + R"(60,"beacon":)" + beacon_json(round_due_in(1h)), {"beacon.round"});
  invalid(lottery + R"(60,"beacon":{"kind":"dice","chain":"x","round":0,"more":1})",
          {"beacon.kind", "beacon.chain", "beacon.round", "beacon.more"});
  invalid(R"("beacon":)" + beacon_json(round_due_in(1h)), {"beacon"});
  invalid(R"("beacon":7)", {"beacon"});
  EXPECT_EQ(create(lottery + "3600")["draw_lead_seconds"].integer(), 3600);
}

TEST_F(Draw, StaysOnceSomebodyHasJoined) {
  const Json concert = create_lottery();
  ASSERT_EQ(change(concert, R"({"order":"fifo"})").status, 200);
  expect_problem(get(concert_path(concert) + "/draw"), 404, "not_found");
  ASSERT_EQ(change(concert, R"({"order":"lottery"})").status, 200);
  EXPECT_EQ(draw_of(concert)["status"].text(), "COMMITTED");
  joined(new_user(), concert);
  expect_problem(change(concert, R"({"order":"fifo"})"), 409, "line_not_empty");
  EXPECT_EQ(change(concert, R"({"order":"lottery"})").status, 200);
  expect_invalid(change(concert, R"({"sale_opens_at":null})"), {"sale_opens_at"});
}
