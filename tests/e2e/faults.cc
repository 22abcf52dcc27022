// Kill anything at any time and the rest goes on.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>

#include "support/slowness.h"
#include "support/vocabulary.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr double kSlowestWithoutCacheSeconds = 0.3;
constexpr double kSlowestWithoutDatabaseSeconds = 5.0;
constexpr auto kRecoversWithin = 5s;

Installation& installation() { return Installation::shared(); }

// All users are known and all connections made before something is killed.
class Faults : public ::testing::Test {
 protected:
  void SetUp() override {
    installation().up();
    admin_token();
    concert_ = create_concert();
    processes_ = installation().processes();
    for (const Request& request : every_call()) send(request);
  }

  void TearDown() override {
    installation().up();
    EXPECT_TRUE(
        eventually(kRecoversWithin, [] { return send({.path = "/readyz"}).status == 200; }));
  }

  void expect_same_processes() const { EXPECT_EQ(installation().processes(), processes_); }

  [[nodiscard]] std::vector<Request> cacheable_calls() const {
    const std::string path = "/api/v1" + concert_path(concert_);
    return {{.path = "/api/v1/concerts"}, {.path = path}, {.path = path + "/dates"}};
  }

  [[nodiscard]] std::vector<Request> admin_calls() const {
    const Headers headers{{"Content-Type", "application/json"}, bearer(admin_token())};
    const std::string path = "/api/v1/admin" + concert_path(concert_);
    return {{"POST", "/api/v1/admin/concerts", headers, to_json(NewConcert{})},
            {"POST", path + "/dates", headers, to_json(NewDate{})},
            {"PATCH", path, headers, R"({"max_active":9})"}};
  }

  [[nodiscard]] static std::vector<Request> account_calls() {
    static std::atomic<int> count{0};
    const Headers headers{{"Content-Type", "application/json"}};
    const std::string email = "fault" + std::to_string(++count) + "@example.org";
    return {{"POST", "/api/v1/users", headers,
             R"({"name":"x","email":")" + email + R"(","password":"a quiet evening"})"},
            {"POST", "/api/v1/sessions", headers,
             R"({"email":")" + email + R"(","password":"a quiet evening"})"}};
  }

  [[nodiscard]] std::vector<Request> every_call() const {
    std::vector<Request> calls = cacheable_calls();
    for (const Request& call : admin_calls()) calls.push_back(call);
    for (const Request& call : account_calls()) calls.push_back(call);
    return calls;
  }

  // Every answer is right, and of a few the fastest is quick: whatever else runs on the machine
  // only adds to the time of one.
  void expect_right_and_quick_answers(int rounds) const {
    std::map<std::string, double> least_seconds;
    const Slowness slowness;
    for (int round = 0; round < rounds; ++round) {
      for (const Request& call : every_call()) {
        const std::string name = call.method + " " + call.path;
        const Response response = send(call);
        EXPECT_TRUE(response.status == 200 || response.status == 201) << name << response;
        const auto known = least_seconds.try_emplace(name, response.seconds).first;
        known->second = std::min(known->second, response.seconds);
      }
    }
    for (const auto& [name, seconds] : least_seconds) {
      // Hashing a password takes its time with or without a cache.
      const bool hashes = name.ends_with("/api/v1/users") || name.ends_with("/api/v1/sessions");
      const double slowest = kSlowestWithoutCacheSeconds + (hashes ? 0.3 : 0.0);
      EXPECT_LT(seconds, slowest * slowness.factor()) << name;
    }
  }

  void expect_unavailable(const Request& call) const {
    SCOPED_TRACE(call.method + " " + call.path);
    const Slowness slowness;
    const Response response = send(call);
    expect_problem(response, 503, "unavailable");
    EXPECT_TRUE(response.has_header("Retry-After")) << response;
    EXPECT_LT(response.seconds, kSlowestWithoutDatabaseSeconds * slowness.factor());
  }

  Json concert_;
  std::map<std::string, std::vector<pid_t>> processes_;
};

pid_t any_of_processes(const std::string& handler) {
  static std::mt19937 random(std::random_device{}());
  const std::vector<pid_t> pids = installation().processes(handler);
  if (pids.empty()) return 0;
  return pids[std::uniform_int_distribution<std::size_t>(0, pids.size() - 1)(random)];
}

}  // namespace

TEST_F(Faults, WithoutMemcachedEveryEndpointAnswersRightAndQuickly) {
  installation().kill_part("memcached");
  expect_right_and_quick_answers(5);
  EXPECT_EQ(get(concert_path(concert_)).json()["queue"]["max_active"].integer(), 9);
  expect_same_processes();
}

TEST_F(Faults, AMemcachedThatHangsSlowsNobodyDown) {
  const ImpatientHandlers impatient(installation());
  processes_ = installation().processes();
  installation().signal_part("memcached", SIGSTOP);
  expect_right_and_quick_answers(4);
  installation().signal_part("memcached", SIGCONT);
  expect_same_processes();
}

TEST_F(Faults, AMemcachedThatIsBackIsUsedAgainWithoutRestarts) {
  installation().kill_part("memcached");
  expect_right_and_quick_answers(3);
  installation().up();
  EXPECT_TRUE(eventually(10s, [&] {
    for (const Request& call : cacheable_calls()) send(call);
    return installation().memcached_hits() >= 20;
  }));
  expect_right_and_quick_answers(3);
  expect_same_processes();
}

TEST_F(Faults, AChangeMadeWithoutMemcachedIsSeenAfterItIsBack) {
  installation().kill_part("memcached");
  patch("/admin" + concert_path(concert_), R"({"max_active":42})", as_admin());
  installation().up();
  EXPECT_TRUE(eventually(2s, [&] {
    return get(concert_path(concert_)).json()["queue"]["max_active"].integer() == 42;
  }));
}

TEST_F(Faults, WithoutTheDatabaseEveryEndpointIsUnavailableAndEveryProcessSurvives) {
  installation().kill_part("mariadb");
  installation().flush_memcached();
  for (const Request& call : every_call()) expect_unavailable(call);
  for (const Request& call : every_call()) expect_unavailable(call);
  const Slowness slowness;
  const Response ready = send({.path = "/readyz"});
  EXPECT_EQ(ready.status, 503) << ready;
  EXPECT_LT(ready.seconds, kSlowestWithoutDatabaseSeconds * slowness.factor());
  EXPECT_NE(ready.body.find("database"), std::string::npos) << ready;
  EXPECT_EQ(send({.path = "/healthz"}).status, 200);
  expect_same_processes();
}

TEST_F(Faults, WithoutTheDatabaseRefusalsThatNeedNoneStayTheSame) {
  installation().kill_part("mariadb");
  expect_problem(post("/admin/concerts", "{}"), 401, "unauthenticated");
  expect_problem(post("/admin/concerts", "{}", as(User{"", "x.y.z"})), 401, "unauthenticated");
  expect_problem(post("/users", "{}"), 422, "validation_failed");
  expect_problem(post("/users", "{"), 400, "malformed_json");
  expect_problem(get("/nothing"), 404, "not_found");
}

TEST_F(Faults, ADatabaseThatIsBackIsUsedAgainWithoutRestarts) {
  installation().kill_part("mariadb");
  installation().flush_memcached();
  for (const Request& call : cacheable_calls()) expect_unavailable(call);
  installation().up();
  for (const Request& call : every_call()) {
    SCOPED_TRACE(call.method + " " + call.path);
    EXPECT_TRUE(eventually(kRecoversWithin, [&] { return send(call).status < 300; }));
  }
  // Every process, not only the one that answered first, has its connection back.
  installation().flush_memcached();
  for (int round = 0; round < 20; ++round) {
    for (const Request& call : cacheable_calls()) EXPECT_EQ(send(call).status, 200);
  }
  expect_same_processes();
}

TEST_F(Faults, ADatabaseThatHangsIsAProblemToo) {
  installation().flush_memcached();
  installation().signal_part("mariadb", SIGSTOP);
  const Response response = get(concert_path(concert_));
  installation().signal_part("mariadb", SIGCONT);
  // The handler gives up before nginx gives it up.
  expect_problem(response, 503, "unavailable");
  EXPECT_TRUE(response.has_header("Retry-After")) << response;
  EXPECT_TRUE(
      eventually(kRecoversWithin, [&] { return get(concert_path(concert_)).status == 200; }));
  expect_same_processes();
}

TEST_F(Faults, AConnectionTheDatabaseClosedIsReplacedUnseen) {
  for (const Row& row : installation().query(
           "SELECT id FROM information_schema.processlist WHERE user = 'stagedoor' "
           "AND id <> CONNECTION_ID()")) {
    installation().query("KILL " + row.at(0));
  }
  installation().flush_memcached();
  for (const Request& call : every_call()) {
    SCOPED_TRACE(call.method + " " + call.path);
    EXPECT_LT(send(call).status, 300);
  }
  expect_same_processes();
}

TEST_F(Faults, KilledHandlersComeBackWhileOtherRequestsSucceed) {
  constexpr std::size_t kRequests = 2'000;
  constexpr int kKills = 10;
  const std::string handler = "list_concerts";
  const std::size_t count = installation().processes(handler).size();
  std::atomic<int> killed{0};
  Background killer([&] {
    std::this_thread::sleep_for(50ms);
    const pid_t victim = killed < kKills ? any_of_processes(handler) : 0;
    if (victim > 0 && kill(victim, SIGKILL) == 0) ++killed;
  });
  const auto responses = parallel(4, kRequests, [](std::size_t) {
    std::this_thread::sleep_for(2ms);
    return get("/concerts?limit=1");
  });
  killer.stop();

  int lost = 0;
  for (const Response& response : responses) {
    if (response.status == 200) continue;
    if (++lost <= 3) expect_problem(response, 503, "unavailable");
  }
  EXPECT_GE(killed, 5);
  EXPECT_LE(lost, killed) << "a killed process may take one request with it, no more";
  EXPECT_TRUE(eventually(5s, [&] { return installation().processes(handler).size() == count; }));
  for (int call = 0; call < 20; ++call) EXPECT_EQ(get("/concerts?limit=1").status, 200);
}

TEST_F(Faults, AHandlerThatIsGoneIsAProblemOfItsEndpointOnly) {
  const std::string handler = "list_dates";
  const std::vector<pid_t> children = installation().processes(handler);
  installation().kill_part(handler);
  for (const pid_t child : children) kill(child, SIGKILL);
  ASSERT_TRUE(eventually(5s, [&] {
    return std::none_of(children.begin(), children.end(), [](pid_t pid) { return is_alive(pid); });
  }));
  expect_unavailable({.path = "/api/v1" + concert_path(concert_) + "/dates"});
  EXPECT_EQ(get(concert_path(concert_)).status, 200);
  installation().up();
  EXPECT_TRUE(eventually(kRecoversWithin,
                         [&] { return get(concert_path(concert_) + "/dates").status == 200; }));
}

TEST_F(Faults, WithoutTheAuthHandlerNobodyGetsIn) {
  const std::vector<pid_t> children = installation().processes("authorize");
  installation().kill_part("authorize");
  for (const pid_t child : children) kill(child, SIGKILL);
  ASSERT_TRUE(eventually(5s, [&] {
    return std::none_of(children.begin(), children.end(), [](pid_t pid) { return is_alive(pid); });
  }));
  const Response response =
      patch("/admin" + concert_path(concert_), "{\"max_active\":1}", as_admin());
  expect_problem(response, 503, "unavailable");
  EXPECT_EQ(get("/concerts").status, 200);
}

TEST_F(Faults, ATermSignalLetsTheRunningRequestFinish) {
  std::atomic<int> terminated{0};
  Background terminator([&] {
    std::this_thread::sleep_for(100ms);
    const pid_t victim = any_of_processes("sign_up");
    if (victim > 0 && kill(victim, SIGTERM) == 0) ++terminated;
  });
  // A password takes some ten milliseconds of computing.
  const auto responses = parallel(2, 60, [&](std::size_t) { return send(account_calls()[0]); });
  terminator.stop();
  EXPECT_GT(terminated, 0);
  for (const Response& response : responses) EXPECT_EQ(response.status, 201) << response;
}
