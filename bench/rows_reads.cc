// What is only read: the seat listing, polls, and polls of a line of a million.
#include <random>
#include <stdexcept>
#include <thread>

#include "rows.h"
#include "wrk.h"

namespace stagedoor::bench {
namespace {

constexpr int kConnections = 32;
// So few that the latency is the request's own and not the wait for others.
constexpr int kQuietConnections = 4;
constexpr std::int64_t kAdmitted = 64;
constexpr std::int64_t kWaiting = 10'000;
constexpr std::size_t kPollers = 1'000;
constexpr std::int64_t kThousand = 1'000;
constexpr std::int64_t kMillion = 1'000'000;
// One in so many leaves while waiting: some in each block of a line of a million.
constexpr std::int64_t kLeavesOneIn = 83;
constexpr double kStatementsPerPollMax = 0.01;

std::string seats_path(const Show& show) {
  return "/concerts/" + std::to_string(show.concert.value) + "/dates/" +
         std::to_string(show.dates.front().value) + "/seats";
}

// Holds a seat and lets go of it again in turn, a change each second.
class Changes {
 public:
  Changes(Stage& stage, const Show& show, const Fan& fan)
      : thread_([this, &stage, show, fan](const std::stop_token& stop) {
          try {
            while (!stop.stop_requested()) change(stage, show, fan);
          } catch (const std::exception& e) {
            error_ = e.what();
          }
        }) {}

  void stop() {
    thread_.request_stop();
    thread_.join();
    if (!error_.empty()) throw std::runtime_error("changing the seats: " + error_);
  }

 private:
  void change(Stage& stage, const Show& show, const Fan& fan) {
    const std::string body =
        R"({"date_id":)" + std::to_string(show.dates.front().value) + R"(,"seats":[1]})";
    const auto held = one(stage, wire_request("POST", "/reservations", fan.headers, body));
    expect_status(held, 201);
    std::this_thread::sleep_for(std::chrono::seconds{1});
    const std::string id = text_member(held.body, "reservation_id");
    expect_status(one(stage, wire_request("DELETE", "/reservations/" + id, fan.headers)), 204);
    std::this_thread::sleep_for(std::chrono::seconds{1});
  }

  static Answer one(const Stage& stage, const std::string& request) {
    return send_all(stage.port(), 1, {request}).answers.front();
  }

  std::string error_;
  std::jthread thread_;
};

// The header lines of people spread over the line, of whom none leaves.
std::vector<std::string> pollers(const Stage& stage, const Show& show, std::int64_t waiting) {
  std::mt19937_64 random(1);
  std::vector<std::string> people;
  while (people.size() < std::min<std::size_t>(kPollers, static_cast<std::size_t>(waiting) / 2)) {
    const auto place = std::uniform_int_distribution<std::int64_t>(2, waiting)(random);
    if (place % kLeavesOneIn != 0) people.push_back(stage.waiting_headers(show, place));
  }
  return people;
}

Show line_of(Stage& stage, std::int64_t waiting) {
  const Show show = stage.create_show(1);
  stage.admit_fans(show, 1);
  stage.fill_line(show, waiting);
  stage.let_leave(show, kLeavesOneIn);
  return show;
}

}  // namespace

void measure_listing(Bench& bench) {
  Stage& stage = bench.stage;
  const Show show = stage.create_show(kAdmitted + 1);
  auto fans = stage.admit_fans(show, kAdmitted + 1);
  const Fan changing = fans.back();
  fans.pop_back();
  std::vector<std::string> people;
  for (const Fan& fan : fans) people.push_back(fan.headers);
  const Wrk wrk(bench.scripts, people);
  // The first look of each shows up, which is a write.
  (void)wrk.run(stage.url(seats_path(show)), kConnections);
  Changes changes(stage, show, changing);
  const auto compared = compare(
      bench.rounds,
      [&] { return std::vector{wrk.run(stage.url(seats_path(show)), kConnections).per_second}; },
      [&] {
        return std::vector{
            wrk.run(stage.ceiling_url("/authorized_handler"), kConnections).per_second};
      });
  changes.stop();
  bench.lines.push_back({"seat listing, admitted, 50 seats, changing once a second : B",
                         compared[0].value, "/s", compared[0], ">= 1.00",
                         compared[0].ratio >= 1.0});
}

void measure_poll(Bench& bench) {
  Stage& stage = bench.stage;
  const Show show = line_of(stage, kWaiting);
  const Wrk wrk(bench.scripts, pollers(stage, show, kWaiting));
  const std::string url = stage.url("/queue/tokens/current");
  (void)wrk.run(url, kConnections);
  double statements = 0;
  double polls = 0;
  const auto compared = compare(
      bench.rounds,
      [&] {
        const std::int64_t before = stage.statements();
        const WrkRun run = wrk.run(url, kConnections);
        // Less the question itself.
        statements += static_cast<double>(stage.statements() - before - 1);
        polls += static_cast<double>(run.requests);
        return std::vector{run.per_second};
      },
      [&] { return std::vector{wrk.run(stage.ceiling_url("/handler"), kConnections).per_second}; });
  bench.lines.push_back({"queue poll : A", compared[0].value, "/s", compared[0], ">= 0.90",
                         compared[0].ratio >= 0.90});
  bench.lines.push_back({"database statements per poll, steady state",
                         statements / polls,
                         "",
                         {},
                         "<= 0.01",
                         statements / polls <= kStatementsPerPollMax});
}

void measure_million(Bench& bench) {
  Stage& stage = bench.stage;
  const Show small = line_of(stage, kThousand);
  const Show large = line_of(stage, kMillion);
  const Wrk of_small(bench.scripts, pollers(stage, small, kThousand));
  const Wrk of_large(bench.scripts, pollers(stage, large, kMillion));
  const std::string url = stage.url("/queue/tokens/current");
  // Until all who left are counted, and every process knows the blocks.
  for (int second = 0; second < 4; ++second) (void)of_large.run(url, kQuietConnections);
  const auto slice_of = [&](const Wrk& wrk) {
    return [&wrk, &url] {
      const WrkRun run = wrk.run(url, kQuietConnections);
      return std::vector{run.p50_ms, run.p99_ms};
    };
  };
  const auto compared = compare(bench.rounds, slice_of(of_large), slice_of(of_small));
  bench.lines.push_back({"poll p50, 1,000,000 waiting : 1,000", compared[0].value, "ms",
                         compared[0], "<= 1.20", compared[0].ratio <= 1.2});
  bench.lines.push_back(
      {"poll p99, 1,000,000 waiting : 1,000", compared[1].value, "ms", compared[1], "reported"});
}

}  // namespace stagedoor::bench
