// The command line tool: up, down, status, token, and what it says when something is wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "support/endpoints.h"
#include "support/loopback_listener.h"
#include "support/slowness.h"
#include "support/temporary_folder.h"
#include "support/vocabulary.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

std::map<std::string, std::vector<pid_t>> everything(const Installation& installation) {
  auto pids = installation.processes();
  for (auto& [handler, of_handler] : pids) of_handler.push_back(installation.pid(handler));
  for (const std::string part : {"mariadb", "memcached", "nginx", "fcgiwrap"}) {
    pids[part] = {installation.pid(part)};
  }
  return pids;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Response ask(const Installation& installation, const Request& request) {
  return HttpClient(installation.origin()).send(request);
}

// `up` with settings that cannot work, in a home of its own.
CommandResult failing_up(const Variables& settings) {
  const std::filesystem::path home = Installation::shared().home() / "tmp/failing";
  std::filesystem::create_directories(home);
  Variables variables = Installation::shared().variables();
  variables["STAGEDOOR_HOME"] = home;
  variables["STAGEDOOR_PORT"] = std::to_string(free_port());
  Variables wrong = variables;
  for (const auto& [name, value] : settings) wrong[name] = value;
  const CommandResult result = run_command({STAGEDOOR_COMMAND, "up"}, wrong);
  const CommandResult down = run_command({STAGEDOOR_COMMAND, "down"}, variables);
  EXPECT_EQ(down.exit_code, 0) << down.out << down.err;
  EXPECT_TRUE(processes_mentioning(home.string()).empty());
  std::filesystem::remove_all(home);
  return result;
}

}  // namespace

TEST(ASecondUp, ChangesNothingAndIsQuick) {
  Installation& installation = Installation::shared();
  const auto before = everything(installation);
  const auto rows = installation.row_counts();
  const CommandResult result = installation.run({"up"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_EQ(everything(installation), before);
  EXPECT_EQ(installation.row_counts(), rows);
  EXPECT_EQ(installation.run({"down"}).exit_code, 0);
  EXPECT_LT(result.seconds, installation.run({"up"}).seconds / 2) << "than what starts everything";
}

TEST(Up, PrintsAUrlAndACurlLineThatWorks) {
  const CommandResult result = Installation::shared().run({"up"});
  EXPECT_NE(result.out.find(Installation::shared().origin()), std::string::npos) << result.out;
  for (const std::string& line : lines_of(result.out)) {
    const std::size_t start = line.find("curl ");
    if (start == std::string::npos) continue;
    const CommandResult tried = run_command({"bash", "-c", line.substr(start) + " --fail"});
    EXPECT_EQ(tried.exit_code, 0) << line << "\n" << tried.err;
    EXPECT_NO_THROW(Json::parse(tried.out)) << line;
    return;
  }
  FAIL() << "no curl line in:\n" << result.out;
}

TEST(Up, LoadsTheDemoOnce) {
  Installation& installation = Installation::shared();
  const std::string concerts = installation.query_value("SELECT COUNT(*) FROM concerts");
  EXPECT_NE(concerts, "0");
  EXPECT_EQ(installation.run({"demo"}).exit_code, 0);
  EXPECT_EQ(installation.query_value("SELECT COUNT(*) FROM concerts"), concerts);
  EXPECT_GT(ask(installation, {.path = "/api/v1/concerts"}).json()["items"].size(), 0U);
}

TEST(Up, MakesSecretsThatOnlyTheOwnerReads) {
  using std::filesystem::perms;
  const std::filesystem::path& home = Installation::shared().home();
  EXPECT_EQ(std::filesystem::status(home).permissions(), perms::owner_all);
  for (const auto& entry : std::filesystem::directory_iterator(home / "secrets")) {
    EXPECT_EQ(entry.status().permissions(), perms::owner_read | perms::owner_write) << entry.path();
  }
  for (const auto& entry : std::filesystem::directory_iterator(home / "log")) {
    for (const char* secret : {"access_token_key", "db_password", "db_admin_password"}) {
      const std::string text = Installation::shared().log(entry.path().filename());
      EXPECT_EQ(text.find(Installation::shared().secret(secret)), std::string::npos)
          << entry.path();
    }
  }
}

TEST(Up, RestartsWhatIsDeadAndNothingElse) {
  Installation& installation = Installation::shared();
  const auto before = everything(installation);
  installation.kill_part("memcached");
  installation.up();
  auto after = everything(installation);
  EXPECT_NE(after["memcached"], before.at("memcached"));
  after["memcached"] = before.at("memcached");
  EXPECT_EQ(after, before);
}

TEST(Status, IsZeroOnlyWhenEverythingRuns) {
  Installation& installation = Installation::shared();
  EXPECT_EQ(installation.run({"status"}).exit_code, 0);
  installation.kill_part("memcached");
  EXPECT_NE(installation.run({"status"}).exit_code, 0);
  installation.up();
  EXPECT_EQ(installation.run({"status"}).exit_code, 0);
}

TEST(TheHandlersDatabaseUser, MayNotChangeTheSchema) {
  for (const char* sql : {"CREATE TABLE intruder (id INT)", "DROP TABLE users",
                          "ALTER TABLE users ADD COLUMN intruder INT", "TRUNCATE TABLE users"}) {
    EXPECT_THROW(Installation::shared().query(sql), std::runtime_error) << sql;
  }
}

TEST(Token, PrintsABareAdminToken) {
  const CommandResult result = Installation::shared().run({"token", "--admin"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  ASSERT_EQ(lines_of(result.out).size(), 1U);
  const Response response =
      ask(Installation::shared(),
          {"POST",
           "/api/v1/admin/concerts",
           {{"Content-Type", "application/json"}, bearer(lines_of(result.out)[0])},
           "{}"});
  expect_problem(response, 422, "validation_failed");
}

TEST(Token, MintsTenThousandUsersInUnderThreeSeconds) {
  const Slowness slowness;
  const CommandResult result = Installation::shared().run({"token", "--users", "10000"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_LT(result.seconds, 3.0 * slowness.factor());
  std::set<std::string> ids;
  for (const std::string& line : lines_of(result.out)) {
    const std::size_t space = line.find(' ');
    EXPECT_TRUE(is_uuid(line.substr(0, space))) << line;
    EXPECT_EQ(std::count(line.begin(), line.end(), '.'), 2) << line;
    ids.insert(line.substr(0, space));
  }
  EXPECT_EQ(ids.size(), 10'000U);
}

TEST(Token, ExpiresWhenItWasToldTo) {
  const CommandResult result = Installation::shared().run({"token", "--admin", "--ttl", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Header token = bearer(lines_of(result.out).at(0));
  EXPECT_TRUE(eventually(3s, [&] { return post("/admin/concerts", "{}", {token}).status == 401; }));
}

TEST(Token, RefusesWhatMakesNoSense) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"token"},
                                                    {"token", "--user", "x"},
                                                    {"token", "--users", "-1"},
                                                    {"token", "--users", "many"},
                                                    {"token", "--admin", "--ttl", "0"},
                                                    {"token", "--king"}}) {
    const CommandResult result = Installation::shared().run(arguments);
    EXPECT_NE(result.exit_code, 0) << arguments.back();
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err, "");
  }
}

TEST(TwoInstallations, RunSideBySide) {
  Installation& one = Installation::shared();
  const auto before = everything(one);
  const Json concert = create_concert({.title = "only in the first"});
  const std::string path = "/api/v1" + concert_path(concert);
  {
    Installation two;
    EXPECT_EQ(ask(two, {.path = "/api/v1/concerts"}).status, 200);
    EXPECT_EQ(ask(two, {.path = path}).status, 404);
    const Response foreign =
        ask(two, {"POST", "/api/v1/admin/concerts", {bearer(admin_token())}, "{}"});
    expect_problem(foreign, 401, "unauthenticated");
    EXPECT_EQ(two.run({"down"}).exit_code, 0);
    EXPECT_TRUE(eventually(5s, [&] { return two.processes_left().empty(); }));
    EXPECT_EQ(everything(one), before);
    two.up();  // for the audit that ends every installation
  }
  EXPECT_EQ(everything(one), before);
  EXPECT_EQ(ask(one, {.path = path}).status, 200);
}

TEST(Down, LeavesNoProcessAndKeepsTheData) {
  Installation installation;
  installation.query(
      "INSERT INTO users (user_id, created_at) VALUES (UNHEX(REPEAT('ab', 16)), NOW())");
  const CommandResult down = installation.run({"down"});
  EXPECT_EQ(down.exit_code, 0) << down.out << down.err;
  EXPECT_TRUE(installation.processes_left().empty());
  EXPECT_NE(installation.run({"status"}).exit_code, 0);
  EXPECT_EQ(installation.run({"down"}).exit_code, 0) << "a second down is harmless";
  installation.up();
  EXPECT_EQ(installation.query_value(
                "SELECT COUNT(*) FROM users WHERE user_id = UNHEX(REPEAT('ab', 16))"),
            "1");
}

TEST(RateLimits, AnswerTooManyWithRetryAfter) {
  const Installation limited(Variables{{"STAGEDOOR_RATE_LIMITS", "on"}});
  HttpClient client(limited.origin());
  for (const char* path : {"/api/v1/sessions", "/api/v1/users"}) {
    SCOPED_TRACE(path);
    Response response;
    for (int call = 0; call < 200 && response.status != 429; ++call) {
      response = client.send({"POST", path, {{"Content-Type", "application/json"}}, "{}"});
      EXPECT_TRUE(response.status == 422 || response.status == 429) << response;
    }
    expect_problem(response, 429, "rate_limited");
    EXPECT_TRUE(response.has_header("Retry-After")) << response;
  }
  EXPECT_EQ(client.send({.path = "/api/v1/concerts"}).status, 200);
}

TEST(AnUnknownSetting, IsWarnedOfInTheEnvironmentAndRefusedInTheFile) {
  Variables variables = Installation::shared().variables();
  variables["STAGEDOOR_TYPO"] = "1";
  const CommandResult warned = run_command({STAGEDOOR_COMMAND, "status"}, variables);
  EXPECT_EQ(warned.exit_code, 0) << warned.err;
  EXPECT_NE(warned.err.find("STAGEDOOR_TYPO"), std::string::npos) << warned.err;

  const TemporaryFolder home;
  std::ofstream(home.path() / "stagedoor.conf") << "STAGEDOOR_TYPO=1\n";
  const CommandResult refused =
      run_command({STAGEDOOR_COMMAND, "status"}, {{"STAGEDOOR_HOME", home.path()}});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("line 1: unknown setting STAGEDOOR_TYPO"), std::string::npos)
      << refused.err;
}

TEST(Help, DescribesEverySetting) {
  const std::string help = run_command({STAGEDOOR_COMMAND, "help"}).out;
  for (const char* setting : {"STAGEDOOR_HOME (.stagedoor)", "STAGEDOOR_PORT (8080)",
                              "STAGEDOOR_CURRENCY (KRW)", "STAGEDOOR_IDENTITY_KEYS\n"}) {
    EXPECT_NE(help.find(setting), std::string::npos) << help;
  }
}

TEST(AnUpThatCannotWork, SaysWhyInOneLine) {
  const LoopbackListener taken;
  const std::string taken_port = std::to_string(taken.port());
  const std::vector<std::pair<Variables, std::string>> cases = {
      {{{"STAGEDOOR_PORT", taken_port}}, taken_port},
      {{{"STAGEDOOR_PORT", "http"}}, "STAGEDOOR_PORT"},
      {{{"STAGEDOOR_RATE_LIMITS", "maybe"}}, "STAGEDOOR_RATE_LIMITS"},
      {{{"STAGEDOOR_MEMCACHED_TIMEOUT", "1001"}}, "STAGEDOOR_MEMCACHED_TIMEOUT"},
      {{{"STAGEDOOR_DB", "nonsense"}}, "STAGEDOOR_DB"},
      {{{"STAGEDOOR_DB", "mysql://stagedoor:x@127.0.0.1:1/stagedoor"}}, "database"},
  };
  for (const auto& [settings, reason] : cases) {
    SCOPED_TRACE(settings.begin()->first + "=" + settings.begin()->second);
    const CommandResult result = failing_up(settings);
    EXPECT_NE(result.exit_code, 0);
    const std::vector<std::string> lines = lines_of(result.err);
    ASSERT_FALSE(lines.empty());
    EXPECT_NE(lines.back().find(reason), std::string::npos) << result.err;
  }
}
