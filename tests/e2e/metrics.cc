// What an operator sees: /metrics, and the trace of a request through the logs.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "support/exposition.h"
#include "support/money.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

Exposition metrics() {
  const Response response = send({.path = "/metrics"});
  if (response.status != 200) throw std::runtime_error("no metrics");
  return Exposition::parse(response.body);
}

double requests(const Exposition& seen, const std::string& handler, const std::string& method,
                const std::string& status) {
  return seen.value("stagedoor_http_requests_total",
                    {{"handler", handler}, {"method", method}, {"status", status}});
}

// How much the counter has grown since `before`.
double growth(const Exposition& before, const Exposition& after, const std::string& name,
              const Exposition::Labels& labels = {}) {
  return after.sum(name, labels) - before.sum(name, labels);
}

// Asks until the gauges, which are some seconds old, show it.
bool metrics_become(const std::function<bool(const Exposition&)>& condition) {
  return eventually(15s, [&] { return condition(metrics()); });
}

void kill_one(const std::string& handler) {
  Installation& installation = Installation::shared();
  const std::vector<pid_t> before = installation.processes(handler);
  kill(before.front(), SIGKILL);
  ASSERT_TRUE(eventually(5s, [&] {
    const std::vector<pid_t> now = installation.processes(handler);
    return now.size() == before.size() && now != before;
  }));
}

std::string text_of(const std::string& path_below_deploy) {
  std::ifstream file(std::filesystem::path(STAGEDOOR_SOURCE_DIR) / "deploy" / path_below_deploy);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST(Metrics, AreInTheFormatOfPrometheus) {
  get("/concerts");
  const Response response = send({.path = "/metrics"});
  ASSERT_EQ(response.status, 200) << response;
  EXPECT_EQ(response.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.header("Cache-Control"), "no-store");
  const Exposition seen = Exposition::parse(response.body);
  EXPECT_EQ(seen.families().at("stagedoor_http_request_duration_seconds"), "histogram");
  EXPECT_EQ(seen.families().at("stagedoor_http_requests_total"), "counter");
  EXPECT_EQ(seen.value("stagedoor_database_up"), 1);
  EXPECT_EQ(seen.value("stagedoor_database_writable"), 1);
  EXPECT_EQ(seen.value("stagedoor_cache_up"), 1);
}

TEST(Metrics, CountEveryRequestAcrossAKilledProcessAndARestart) {
  const Exposition before = metrics();
  const auto ask = [] {
    for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/concerts").status, 200);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(head("/concerts").status, 200);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/concerts?limit=0").status, 422);
  };
  ask();
  kill_one("list_concerts");
  ask();
  ASSERT_EQ(Installation::shared().run({"down"}).exit_code, 0);
  Installation::shared().up();
  ask();

  const Exposition after = metrics();
  const auto grown = [&](const std::string& method, const std::string& status) {
    return requests(after, "list_concerts", method, status) -
           requests(before, "list_concerts", method, status);
  };
  EXPECT_EQ(grown("GET", "200"), 60);
  EXPECT_EQ(grown("HEAD", "200"), 15);
  EXPECT_EQ(grown("GET", "422"), 9);
  for (const char* family :
       {"stagedoor_http_request_duration_seconds_count", "stagedoor_http_wait_seconds_count"}) {
    EXPECT_EQ(growth(before, after, family, {{"handler", "list_concerts"}}), 84) << family;
  }
  EXPECT_EQ(growth(before, after, "stagedoor_process_deaths_total"), 1);
}

TEST(Metrics, ShowTheProcessesThatRun) {
  const Exposition seen = metrics();
  for (const auto& [handler, pids] : Installation::shared().processes()) {
    const Exposition::Labels labels{{"handler", handler}};
    EXPECT_EQ(seen.value("stagedoor_processes", labels), pids.size()) << handler;
    EXPECT_EQ(seen.value("stagedoor_backlog", labels), 0) << handler;
    EXPECT_GT(seen.value("stagedoor_process_resident_memory_bytes", labels),
              static_cast<double>(pids.size()) * (1 << 20));
  }
  EXPECT_EQ(seen.value("stagedoor_processes_busy", {{"handler", "metrics"}}), 1) << "itself";
}

TEST(Metrics, CountWhatWasSold) {
  const Json concert = create_concert(hall(50));
  const Exposition before = metrics();
  const Fan fan = admitted(concert);
  const std::string key = new_key();
  ASSERT_EQ(charge(fan.user, 3 * kSeatPrice, key).status, 201);
  ASSERT_EQ(charge(fan.user, 3 * kSeatPrice, key).status, 201) << "a replay is none";
  const Json payment = paid_by(fan, held(fan, date_of(concert), {1, 2}));
  ASSERT_EQ(refund(fan.user, payment).status, 200);

  const Exposition after = metrics();
  const std::map<std::string, double> expected = {
      {"stagedoor_joins_total", 1},
      {"stagedoor_admitted_total", 1},
      {"stagedoor_holds_total", 1},
      {"stagedoor_charges_total", 1},
      {"stagedoor_charged_amount_total", 3 * kSeatPrice},
      {"stagedoor_payments_total", 1},
      {"stagedoor_paid_amount_total", 2 * kSeatPrice},
      {"stagedoor_refunds_total", 1},
      {"stagedoor_refunded_amount_total", 2 * kSeatPrice}};
  for (const auto& [name, amount] : expected) {
    EXPECT_EQ(growth(before, after, name), amount) << name;
  }
  EXPECT_GT(growth(before, after, "stagedoor_database_call_duration_seconds_count"), 0);
  EXPECT_GT(growth(before, after, "stagedoor_cache_lookups_total"), 0);
}

TEST(Metrics, ShowHowTheBusinessStands) {
  const Json concert = create_concert(hall(50, {{"max_active", 2}}));
  const Fan first = admitted(concert);
  const Fan second = admitted(concert);
  join_in_order(3, concert);
  held(first, date_of(concert), {1, 2, 3});
  fund({second.user}, kSeatPrice);
  paid_by(second, held(second, date_of(concert), {9}));
  sweep();  // lets one in for the payer

  const auto count = [](const std::string& what) {
    return std::stod(Installation::shared().query_value("SELECT COUNT(*) FROM " + what));
  };
  EXPECT_TRUE(metrics_become([&](const Exposition& seen) {
    const auto seats_are_right = [&](const std::string& status) {
      return seen.value("stagedoor_seats", {{"status", status}}) ==
             count("seats WHERE status = '" + status + "'");
    };
    return seats_are_right("AVAILABLE") && seats_are_right("HELD") && seats_are_right("SOLD") &&
           seen.value("stagedoor_waiting") == count("queue_tokens WHERE status = 'WAITING'") &&
           seen.value("stagedoor_active") == count("queue_tokens WHERE status = 'ACTIVE'") &&
           seen.value("stagedoor_open_holds") == count("reservations WHERE status = 'HELD'");
  })) << send({.path = "/metrics"}).body;
  EXPECT_GE(metrics().value("stagedoor_seats", {{"status", "SOLD"}}), 1);
  EXPECT_GE(metrics().value("stagedoor_waiting"), 2);
}

TEST(Metrics, SayWhenTheDatabaseLastAcceptedAWrite) {
  ASSERT_EQ(charge(new_user(), 1'000).status, 201);
  const double first = metrics().value("stagedoor_last_write_timestamp_seconds");
  EXPECT_GT(first, 1'700'000'000);
  ASSERT_EQ(charge(new_user(), 1'000).status, 201);
  EXPECT_GT(metrics().value("stagedoor_last_write_timestamp_seconds"), first);
}

TEST(Metrics, AreThereWithoutTheDatabase) {
  Installation::shared().kill_part("mariadb");
  EXPECT_TRUE(metrics_become(
      [](const Exposition& seen) { return seen.value("stagedoor_database_up") == 0; }));
  const Exposition without = metrics();
  EXPECT_TRUE(without.has("stagedoor_database_up"));
  EXPECT_FALSE(without.has("stagedoor_waiting")) << "it is not known";
  EXPECT_GT(without.sum("stagedoor_processes"), 0);
  const double failed = without.sum("stagedoor_database_errors_total");
  EXPECT_EQ(get("/concerts/1/dates").status, 503);
  EXPECT_GT(metrics().sum("stagedoor_database_errors_total"), failed);

  Installation::shared().up();
  EXPECT_TRUE(metrics_become(
      [](const Exposition& seen) { return seen.value("stagedoor_database_up") == 1; }));
}

TEST(Metrics, AreForThisHostOnly) {
  for (const char* header : {"X-Forwarded-For", "Forwarded", "X-Real-IP"}) {
    expect_problem(send({.path = "/metrics", .headers = {{header, "192.0.2.7"}}}), 403,
                   "forbidden");
  }
  expect_problem(send({.method = "POST", .path = "/metrics"}), 405, "method_not_allowed");
}

TEST(Metrics, NamedByTheDashboardAndTheAlertRulesExist) {
  sweep();
  ASSERT_EQ(Installation::shared().run({"audit"}).exit_code, 0);
  ASSERT_TRUE(metrics_become([](const Exposition& seen) { return seen.has("stagedoor_seats"); }));
  const Exposition seen = metrics();
  const std::string files =
      text_of("prometheus/stagedoor.rules.yml") + text_of("grafana/stagedoor.json");
  const std::regex name("stagedoor_[a-z_]+");
  std::set<std::string> named;
  for (std::sregex_iterator match(files.begin(), files.end(), name), end; match != end; ++match) {
    named.insert(std::regex_replace(match->str(), std::regex("_(bucket|sum|count)$"), ""));
  }
  EXPECT_GT(named.size(), 20U);
  // It is left out while no line has moved for some seconds.
  named.erase("stagedoor_estimated_wait_error_seconds");
  for (const std::string& metric : named) EXPECT_TRUE(seen.has(metric)) << metric;
  EXPECT_TRUE(Json::parse(text_of("grafana/stagedoor.json"))["panels"].is_array());
}

TEST(ATrace, IsFoundInTheLogsOfEveryPartThatWorkedOnIt) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const User user = new_user();
  Headers headers = as(user);
  headers.emplace_back("traceparent", "00-" + trace + "-00f067aa0ba902b7-01");
  ASSERT_EQ(get("/users/" + user.user_id + "/balance", headers).status, 200);

  const std::string field = "\"trace_id\":\"" + trace + "\"";
  for (const char* log : {"authorize.log", "show_balance.log", "nginx.access.log"}) {
    EXPECT_TRUE(eventually(5s, [&] {
      return count_of(Installation::shared().log(log), field) == 1;
    })) << log;
  }
}

TEST(ATrace, IsTakenOverOnlyWhenItIsValid) {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const std::string parent = "b7ad6b7169203331";
  const std::vector<std::string> bad = {
      "",
      trace,
      "00-" + trace + "-" + parent,
      "00-" + trace + "-" + parent + "-01-more",
      "ff-" + trace + "-" + parent + "-01",
      "00-" + std::string(32, '0') + "-" + parent + "-01",
      "00-" + trace + "-" + std::string(16, '0') + "-01",
      "00-0AF7651916CD43DD8448EB211C80319C-" + parent + "-01",
      "00-" + trace + "0-" + parent + "-01",
      "00-" + trace + "-" + parent + "-01\\\"",
  };
  for (const std::string& header : bad) {
    EXPECT_EQ(send({.path = "/healthz", .headers = {{"traceparent", header}}}).status, 200);
  }
  const std::string of_a_later_version = "cc-" + trace + "-" + parent + "-01-what-will-be";
  send({.path = "/healthz", .headers = {{"traceparent", of_a_later_version}}});
  EXPECT_TRUE(eventually(
      5s, [&] { return count_of(Installation::shared().log("healthz.log"), trace) == 1; }));
  EXPECT_EQ(count_of(Installation::shared().log("healthz.log"), "trace_id"), 1U);
}
