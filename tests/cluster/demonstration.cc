// ./stagedoor up --cluster: what an operator tries before trusting a failover.
#include <regex>
#include <sstream>

#include "support/concurrency.h"
#include "support/http_client.h"
#include "support/installation.h"
#include "support/temporary_folder.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto kWritesReturnWithin = 30s;
constexpr auto kLeavesWithin = 10s;

class UpWithACluster : public ::testing::TestWithParam<const char*> {
 protected:
  ~UpWithACluster() override { (void)stagedoor({"down"}); }

  [[nodiscard]] CommandResult stagedoor(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command{STAGEDOOR_COMMAND};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command, {{"STAGEDOOR_HOME", home()},
                                 {"STAGEDOOR_PORT", std::to_string(port_)},
                                 {"STAGEDOOR_BIN", Installation::binary("")}});
  }

  [[nodiscard]] std::string home() const { return folder_.path() / "home"; }

  // The output of a command that succeeds.
  std::string output(const std::vector<std::string>& arguments) {
    const CommandResult result = stagedoor(arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments[0] << ":\n" << result.out << result.err;
    return result.out;
  }

  // Nodes by their role: reader, writer, or - of one that does not answer.
  std::vector<int> nodes(const std::string& role) {
    std::istringstream lines(output({"cluster", "status"}));
    std::vector<int> found;
    for (std::string line; std::getline(lines, line);) {
      const std::regex form("([123]) .* " + role + " +[A-Z-].*");
      std::smatch match;
      if (std::regex_match(line, match, form)) found.push_back(std::stoi(match[1]));
    }
    return found;
  }

  Response charge(const std::string& key) {
    if (token_.empty()) std::istringstream(output({"token", "--users", "1"})) >> user_id_ >> token_;
    return HttpClient("http://127.0.0.1:" + std::to_string(port_))
        .send({"POST",
               "/api/v1/users/" + user_id_ + "/charges",
               {{"Authorization", "Bearer " + token_},
                {"Content-Type", "application/json"},
                {"Idempotency-Key", key}},
               R"({"amount":100})"});
  }

 private:
  TemporaryFolder folder_;
  int port_ = free_port();
  std::string user_id_;
  std::string token_;
};

TEST_P(UpWithACluster, SurvivesTheDeathOfItsWriter) {
  const std::string engine = GetParam();
  const std::string other = engine == "galera" ? "group-replication" : "galera";
  output({"up", "--cluster=" + engine});
  ASSERT_EQ(nodes("writer").size(), 1U);
  EXPECT_EQ(nodes("reader").size(), 2U);
  EXPECT_EQ(charge("before").status, 201);

  const int first = nodes("writer")[0];
  output({"cluster", "kill", std::to_string(first)});
  Response answer;
  EXPECT_TRUE(eventually(kWritesReturnWithin, [&] {
    answer = charge("during");
    return answer.status != 503;
  }));
  EXPECT_EQ(answer.status, 201) << answer;
  EXPECT_EQ(nodes("-"), std::vector{first});
  EXPECT_EQ(charge("before").header("Idempotency-Replayed"), "true");

  // `up` starts what does not run; the node that was away does not take its place again.
  output({"up"});
  EXPECT_TRUE(eventually(kWritesReturnWithin, [&] { return nodes("reader").size() == 2; }));
  ASSERT_EQ(nodes("writer").size(), 1U);
  EXPECT_NE(nodes("writer")[0], first);
  output({"cluster", "switch", std::to_string(first)});
  EXPECT_TRUE(
      eventually(kWritesReturnWithin, [&] { return nodes("writer") == std::vector{first}; }));
  output({"audit"});

  EXPECT_NE(stagedoor({"up", "--cluster=" + other}).exit_code, 0);
  EXPECT_NE(stagedoor({"cluster", "kill", "4"}).exit_code, 0);
  output({"down"});
  EXPECT_TRUE(eventually(kLeavesWithin, [&] { return processes_mentioning(home()).empty(); }));
}

INSTANTIATE_TEST_SUITE_P(OfEachEngine, UpWithACluster,
                         ::testing::Values("galera", "group-replication"), [](const auto& engine) {
                           return std::string(engine.param) == "galera" ? "Galera"
                                                                        : "GroupReplication";
                         });

TEST(ACluster, IsNotMadeBesideAnotherDatabase) {
  const TemporaryFolder folder;
  const CommandResult result =
      run_command({STAGEDOOR_COMMAND, "up", "--cluster"},
                  {{"STAGEDOOR_HOME", folder.path() / "home"},
                   {"STAGEDOOR_DB", "mysql://user:password@127.0.0.1:1/schema"}});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_NE(result.err.find("STAGEDOOR_DB names one"), std::string::npos) << result.err;
}

}  // namespace
