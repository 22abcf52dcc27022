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
constexpr std::int64_t kSmallHall = 50;
constexpr std::int64_t kLargeHall = 20'000;
constexpr double kFirstListingMsMax = 150;
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

// A hall, and the admitted who look at its seats, with gzip as browsers do or without.
struct Audience {
  Audience(Bench& bench, std::int64_t seats)
      : show(bench.stage.create_show(kAdmitted + 1, {seats})),
        fans(bench.stage.admit_fans(show, kAdmitted + 1)),
        changing(fans.back()),
        plain(bench.scripts, headers("")),
        gzip(bench.scripts, headers("Accept-Encoding: gzip\r\n")),
        url(bench.stage.url(seats_path(show))) {
    // The first look of each shows up, which is a write.
    (void)plain.run(url, kQuietConnections);
  }

  [[nodiscard]] std::vector<std::string> headers(const std::string& more) const {
    std::vector<std::string> people;
    for (std::size_t i = 0; i + 1 < fans.size(); ++i) people.push_back(fans[i].headers + more);
    return people;
  }

  Show show;
  std::vector<Fan> fans;
  Fan changing;
  Wrk plain;
  Wrk gzip;
  std::string url;
};

// After each change the client asks on until it is shown it: how long the answer took that did so.
double first_listing_p99(const Bench& bench, const Audience& audience) {
  const int port = bench.stage.port();
  const auto ask = [&](const std::string& request) {
    return send_all(port, 1, {request}).answers.front();
  };
  const std::string listing = wire_request("GET", seats_path(audience.show),
                                           audience.changing.headers + "Accept-Encoding: gzip\r\n");
  const std::string hold =
      R"({"date_id":)" + std::to_string(audience.show.dates.front().value) + R"(,"seats":[7]})";
  std::vector<double> first_ms;
  std::string shown = ask(listing).body;
  std::string held_id;
  for (int change = 0; change < (bench.quick ? 20 : 100); ++change) {
    if (held_id.empty()) {
      const Answer held =
          ask(wire_request("POST", "/reservations", audience.changing.headers, hold));
      expect_status(held, 201);
      held_id = text_member(held.body, "reservation_id");
    } else {
      expect_status(
          ask(wire_request("DELETE", "/reservations/" + held_id, audience.changing.headers)), 204);
      held_id.clear();
    }
    Answer answer = ask(listing);
    while (answer.body == shown) answer = ask(listing);
    expect_status(answer, 200);
    shown = answer.body;
    first_ms.push_back(milliseconds(answer.took));
  }
  return percentile(first_ms, 99);
}

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
  const Audience small(bench, kSmallHall);
  const Audience large(bench, kLargeHall);
  const auto ceiling = [&] {
    return std::vector{
        small.plain.run(stage.ceiling_url("/authorized_handler"), kConnections).per_second};
  };
  const auto listings_of = [](const Wrk& wrk, const Audience& audience) {
    return [&] { return std::vector{wrk.run(audience.url, kConnections).per_second}; };
  };
  Changes of_small(stage, small.show, small.changing);
  const auto plain = compare(bench.rounds, listings_of(small.plain, small), ceiling)[0];
  const auto gzip = compare(bench.rounds, listings_of(small.gzip, small), ceiling)[0];
  Changes of_large(stage, large.show, large.changing);
  const auto sizes =
      compare(bench.rounds, listings_of(large.gzip, large), listings_of(small.gzip, small))[0];
  of_small.stop();
  of_large.stop();
  const double first_ms = first_listing_p99(bench, large);
  bench.lines.push_back({"seat listing, admitted, 50 seats, changing once a second : B",
                         plain.value, "/s", plain, ">= 1.25", plain.ratio >= 1.25});
  bench.lines.push_back({"the same with gzip : B", gzip.value, "/s", gzip, "reported"});
  bench.lines.push_back({"seat listing of 20,000 seats : of 50 seats, both with gzip", sizes.value,
                         "/s", sizes, ">= 0.50", sizes.ratio >= 0.5});
  bench.lines.push_back({"first listing of 20,000 seats after a change, gzip, p99",
                         first_ms,
                         "ms",
                         {},
                         "<= 150",
                         first_ms <= kFirstListingMsMax});
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
