// The audit of a season: how long it takes, that it grows by what was sold, what it costs a sale
// beside it.
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iostream>
#include <thread>

#include "season.h"
#include "support/money.h"

using namespace stagedoor::testing;

namespace {

constexpr std::int64_t kMemoryMaxKib = 64 * 1'024;
constexpr double kSecondsMax = 90;

double own_children_seconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double server_seconds() {
  std::ifstream file("/proc/" + std::to_string(Installation::shared().pid("mariadb")) + "/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

struct Cost {
  double seconds = 0;
  double client_cpu = 0;
  double server_cpu = 0;
  [[nodiscard]] double cpu() const { return client_cpu + server_cpu; }
};

Cost audit(const Season& season) {
  Cost cost;
  const double client = own_children_seconds();
  const double server = server_seconds();
  const CommandResult result = Installation::shared().run({"audit"});
  cost.seconds = result.seconds;
  cost.client_cpu = own_children_seconds() - client;
  cost.server_cpu = server_seconds() - server;
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  std::cout << season.tokens() << " admitted, " << season.charges() << " charges, "
            << season.payments() << " payments: " << cost.seconds << " s, CPU of the client "
            << cost.client_cpu << " s, of the server " << cost.server_cpu << " s" << std::endl;
  return cost;
}

}  // namespace

TEST(AuditOfASeason, GrowsByWhatWasSoldAndTakesLittleMemory) {
  Season& season = Season::shared();
  season.grow_to(100'000);
  const Cost tenth = audit(season);
  season.grow_to(300'000);
  const Cost third = audit(season);
  season.grow_to(1'000'000);
  const Cost whole = audit(season);
  EXPECT_LE(third.cpu(), 3 * 1.5 * tenth.cpu());
  EXPECT_LE(whole.cpu(), 10 * 1.5 * tenth.cpu());
  EXPECT_LE(whole.cpu(), 2 * kSecondsMax) << "on two cores";

  // The largest of all that this process has started.
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  std::cout << "memory: " << usage.ru_maxrss / 1'024 << " MiB" << std::endl;
  EXPECT_LE(usage.ru_maxrss, kMemoryMaxKib);

  const User user = new_user();
  ASSERT_EQ(charge(user, 5).status, 201);
  Installation::shared().query("UPDATE users SET balance = 6 WHERE user_id = " +
                               in_sql(user.user_id));
  const CommandResult violated = Installation::shared().run({"audit"});
  EXPECT_EQ(violated.exit_code, 1) << violated.out;
  EXPECT_NE(violated.out.find("VIOLATED  money: every balance is the sum of its ledger"),
            std::string::npos);
  Installation::shared().query("UPDATE users SET balance = 5 WHERE user_id = " +
                               in_sql(user.user_id));
}

// Both halves of each pair are measured in the same minute.
TEST(AuditOfASeason, SlowsASaleBesideItByNoMoreThanATenth) {
  Season::shared().grow_to(300'000);
  const Json concert = create_concert(hall(1'000));
  const Fan fan = admitted(concert);
  fund({fan.user}, 1'000'000'000);
  const auto holds_in_seconds = [&](int seconds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    int count = 0;
    for (; std::chrono::steady_clock::now() < until; ++count) {
      const Json hold = held(fan, date_of(concert), {1 + count % 1'000});
      if (release(fan.user, hold).status != 204) ADD_FAILURE() << "not released";
      if (count % 100 == 0) static_cast<void>(state_of(fan.queue_token));
    }
    return static_cast<double>(count);
  };
  std::vector<double> ratios;
  for (int round = 0; round < 5; ++round) {
    const double alone = holds_in_seconds(4);
    CommandResult stopped;
    std::thread audits([&] {
      stopped = run_command(
          {"timeout", "--preserve-status", "-s", "TERM", "10", Installation::binary("audit")},
          {{"STAGEDOOR_HOME", Installation::shared().home().string()}});
    });
    std::this_thread::sleep_for(std::chrono::seconds(2));  // until it rests
    ratios.push_back(holds_in_seconds(4) / alone);
    audits.join();
    EXPECT_EQ(stopped.exit_code, 2) << "it was not there all the time: " << stopped.out;
  }
  std::cout << "reserve and release beside an audit : alone, median of five: " << median(ratios)
            << std::endl;
  EXPECT_GE(median(ratios), 0.9);
}
