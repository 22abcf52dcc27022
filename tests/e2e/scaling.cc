// Another number of processes while people are served, and what `status` says of them.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <fstream>
#include <future>
#include <memory>
#include <sstream>

#include "support/vocabulary.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

const std::string kHandler = "list_concerts";

CommandResult scale(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"scale"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return Installation::shared().run(words);
}

// Clients that ask for the concerts without a pause, each over its own connection.
class Crowd {
 public:
  explicit Crowd(int people) {
    for (int person = 0; person < people; ++person) {
      people_.push_back(std::make_unique<Background>([this] { ask(); }));
    }
  }
  void stop() {
    for (const auto& person : people_) person->stop();
  }
  [[nodiscard]] int answers() const { return answers_; }
  [[nodiscard]] int failures() const { return failures_; }

 private:
  void ask() {
    thread_local HttpClient client(Installation::shared().origin());
    const Response response = client.send({.path = "/api/v1/concerts"});
    ++answers_;
    if (response.status != 200) ++failures_;
  }

  std::atomic<int> answers_{0};
  std::atomic<int> failures_{0};
  std::vector<std::unique_ptr<Background>> people_;
};

// The columns of a handler in `./stagedoor status`, by the names above them.
std::map<std::string, std::string> status_of(const std::string& handler) {
  std::istringstream lines(Installation::shared().run({"status"}).out);
  std::string line;
  std::getline(lines, line);
  std::istringstream names(line);
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string word;
    std::map<std::string, std::string> columns;
    for (std::string name; names >> name && words >> word;) {
      columns[name] = word;
      if (name == "MEMORY") words >> word;  // the unit
    }
    if (columns["PART"] == handler) return columns;
    names.clear();
    names.seekg(0);
  }
  throw std::runtime_error("no status of " + handler);
}

}  // namespace

TEST(Scaling, LosesNoRequestHoweverOftenTheNumberChanges) {
  Crowd crowd(8);
  for (const std::size_t processes : {8U, 1U, 0U, 2U, 0U, 8U, 1U, 4U}) {
    const int before = crowd.answers();
    const CommandResult result = scale({kHandler, std::to_string(processes)});
    ASSERT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_EQ(status_of(kHandler).at("PROCESSES"),
              std::to_string(processes) + "/" + std::to_string(processes));
    EXPECT_TRUE(eventually(5s, [&] { return crowd.answers() > before + 50; }));
  }
  crowd.stop();
  EXPECT_EQ(crowd.failures(), 0) << "of " << crowd.answers();
}

TEST(Scaling, IsRememberedBesideWhatTheOperatorWrote) {
  const std::filesystem::path file = Installation::shared().home() / "processes.conf";
  std::ofstream(file) << "# the doors open at eight\nshow_user 2\n" << kHandler << " 1 # few\n";
  ASSERT_EQ(scale({kHandler, "3"}).exit_code, 0);
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_EQ(text.str(), "# the doors open at eight\nshow_user 2\n" + kHandler + " 3\n");
  EXPECT_EQ(Installation::shared().processes("show_user").size(), 1U) << "no business of scale";
  Installation::shared().up();
  EXPECT_EQ(Installation::shared().processes(kHandler).size(), 3U);
  EXPECT_EQ(Installation::shared().processes("show_user").size(), 2U);
}

TEST(Scaling, RefusesWhatItCannotDo) {
  const auto before = Installation::shared().processes();
  const std::vector<std::vector<std::string>> bad = {{},
                                                     {kHandler},
                                                     {"fcgiwrap", "0"},
                                                     {kHandler, "65"},
                                                     {kHandler, "-1"},
                                                     {kHandler, "two"},
                                                     {"nobody", "2"},
                                                     {"", "2"},
                                                     {kHandler, "2", "3"}};
  for (const auto& arguments : bad) {
    const CommandResult result = scale(arguments);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_TRUE(result.err.starts_with("stagedoor: ")) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
  EXPECT_EQ(Installation::shared().processes(), before);
}

TEST(AHandlerWithoutProcesses, IsStartedForEachCall) {
  ASSERT_EQ(scale({kHandler, "0"}).exit_code, 0);
  EXPECT_FALSE(Installation::shared().runs(kHandler));
  const auto before = status_of(kHandler);
  EXPECT_EQ(before.at("STATE"), "on-demand");
  for (int call = 0; call < 3; ++call) EXPECT_EQ(get("/concerts").status, 200);
  const auto after = status_of(kHandler);
  EXPECT_EQ(std::stoi(after.at("REQUESTS")), std::stoi(before.at("REQUESTS")) + 3);
  EXPECT_EQ(Installation::shared().run({"status"}).exit_code, 0);
  const std::string metrics = send({.path = "/metrics"}).body;
  EXPECT_EQ(metrics.find("stagedoor_processes{handler=\"" + kHandler), std::string::npos)
      << "no alert for processes that should not run";

  Installation::shared().up();
  EXPECT_EQ(status_of(kHandler).at("STATE"), "on-demand") << "as it was";
  ASSERT_EQ(scale({kHandler, "2"}).exit_code, 0);
  EXPECT_EQ(Installation::shared().processes(kHandler).size(), 2U);
}

TEST(AHandlerWithoutProcesses, LosesNoRequestWhenThePoolIsReplaced) {
  ASSERT_EQ(scale({kHandler, "0"}).exit_code, 0);
  Crowd crowd(4);
  for (const char* processes : {"1", "6", "4"}) {
    const int before = crowd.answers();
    const CommandResult result = scale({"fcgiwrap", processes});
    ASSERT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_TRUE(eventually(30s, [&] { return crowd.answers() > before + 20; }));
  }
  crowd.stop();
  EXPECT_EQ(crowd.failures(), 0) << "of " << crowd.answers();
  ASSERT_EQ(scale({kHandler, "2"}).exit_code, 0);
}

TEST(Status, ShowsWhatEveryHandlerDoes) {
  ASSERT_EQ(scale({kHandler, "1"}).exit_code, 0);
  const auto before = status_of(kHandler);
  EXPECT_EQ(before.at("STATE"), "running");
  EXPECT_EQ(before.at("PROCESSES"), "1/1");
  EXPECT_GE(std::stoi(before.at("MEMORY")), 3);
  EXPECT_EQ(before.at("QUEUE"), "0");

  kill(Installation::shared().processes(kHandler).front(), SIGKILL);
  ASSERT_TRUE(eventually(
      5s, [] { return get("/concerts").status == 200 && status_of(kHandler)["RESTARTS"] != "0"; }));
  const auto after = status_of(kHandler);
  EXPECT_EQ(std::stoi(after.at("RESTARTS")), std::stoi(before.at("RESTARTS")) + 1);
  EXPECT_GT(std::stoi(after.at("REQUESTS")), std::stoi(before.at("REQUESTS")));
}

TEST(Status, ShowsHowManyWaitForAProcess) {
  ASSERT_EQ(scale({kHandler, "1"}).exit_code, 0);
  const pid_t process = Installation::shared().processes(kHandler).front();
  kill(process, SIGSTOP);
  const auto people = [] {
    return parallel(5, 5, [](std::size_t) { return get("/concerts").status; });
  };
  auto statuses = std::async(std::launch::async, people);
  EXPECT_TRUE(eventually(5s, [] { return status_of(kHandler)["QUEUE"] == "5"; }))
      << Installation::shared().run({"status"}).out;
  kill(process, SIGCONT);
  statuses.wait();
  EXPECT_EQ(status_of(kHandler)["QUEUE"], "0");
}
