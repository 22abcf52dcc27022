// The same five calls on ever more data.
#include <algorithm>

#include "rows.h"

namespace stagedoor::bench {
namespace {

constexpr std::size_t kConnections = 4;
constexpr std::int64_t kFans = 50;
constexpr std::size_t kPasses = 4;
constexpr std::size_t kReads = 400;
constexpr std::int64_t kJoins = 200;

struct Situation {
  std::string name;
  std::int64_t waiting = 1'000;
  std::int64_t concerts = 1;
  std::int64_t seats = 50;
  std::int64_t past_reservations = 10'000;
};

std::vector<Situation> situations(bool quick) {
  std::vector<Situation> all = {{.name = "1,000 waiting, 50 seats, 10,000 past reservations"},
                                {.name = "100,000 waiting", .waiting = 100'000}};
  if (!quick) all.push_back({.name = "1,000,000 waiting", .waiting = 1'000'000});
  all.push_back({.name = "20,000 seats", .seats = 20'000});
  // What follows stays in the database, so these come last.
  if (quick) {
    all.push_back({.name = "100 concerts", .concerts = 100});
    all.push_back({.name = "100,000 past reservations", .past_reservations = 100'000});
  } else {
    all.push_back({.name = "1,000 concerts", .concerts = 1'000});
    all.push_back({.name = "1,000,000 past reservations", .past_reservations = 1'000'000});
  }
  return all;
}

std::string times_text(const Answers& answers) {
  std::vector<double> times;
  for (const Answer& answer : answers.answers) times.push_back(milliseconds(answer.took));
  return number_text(percentile(times, 50)) + " / " + number_text(percentile(times, 99));
}

// Sends them, wants this status of all.
Answers send_expecting(const Stage& stage, const std::vector<std::string>& requests, int status) {
  Answers answers = send_all(stage.port(), kConnections, requests);
  for (const Answer& answer : answers.answers) expect_status(answer, status);
  return answers;
}

class Measured {
 public:
  Measured(Stage& stage, const Situation& situation) : stage_(stage), situation_(situation) {
    for (std::int64_t i = 1; i < situation.concerts; ++i) stage.create_show(1);
    // The second date keeps the sale open when the first is sold.
    show_ = stage.create_show(kFans, {situation.seats, kFans});
    fans_ = stage.admit_fans(show_, kFans);
    stage.fill_line(show_, situation.waiting);
    stage.load_past_reservations(show_, situation.past_reservations);
  }

  std::string row() {
    std::string text = "| " + situation_.name + " | " + times_text(poll()) + " | " +
                       times_text(join()) + " | " + times_text(list());
    Answers reserved;
    for (std::size_t pass = 0; pass < kPasses; ++pass) {
      Answers held = reserve();
      if (pass + 1 < kPasses) release(held);
      reserved.answers.insert(reserved.answers.end(), held.answers.begin(), held.answers.end());
    }
    return text + " | " + times_text(reserved) + " | " + times_text(pay(reserved)) + " |\n";
  }

 private:
  Answers poll() {
    std::vector<std::string> requests;
    for (std::size_t i = 0; i < kReads; ++i) {
      const auto step = situation_.waiting / static_cast<std::int64_t>(kReads);
      const std::int64_t place = kFans + 1 + static_cast<std::int64_t>(i) * step;
      requests.push_back(
          wire_request("GET", "/queue/tokens/current", stage_.waiting_headers(show_, place)));
    }
    return send_expecting(stage_, requests, 200);
  }

  Answers join() {
    const std::string body = R"({"concert_id":)" + std::to_string(show_.concert.value) + "}";
    std::vector<std::string> requests;
    for (std::int64_t i = 0; i < kJoins; ++i) {
      requests.push_back(
          wire_request("POST", "/queue/tokens", stage_.user_headers(kFans + i), body));
    }
    return send_expecting(stage_, requests, 201);
  }

  Answers list() {
    const std::string path = "/concerts/" + std::to_string(show_.concert.value) + "/dates/" +
                             std::to_string(show_.dates.front().value) + "/seats";
    std::vector<std::string> requests;
    for (std::size_t i = 0; i < kReads; ++i) {
      requests.push_back(wire_request("GET", path, fans_[i % fans_.size()].headers));
    }
    return send_expecting(stage_, requests, 200);
  }

  Answers reserve() {
    std::vector<std::string> requests;
    for (std::size_t i = 0; i < fans_.size(); ++i) {
      requests.push_back(wire_request("POST", "/reservations", fans_[i].headers,
                                      R"({"date_id":)" + std::to_string(show_.dates.front().value) +
                                          R"(,"seats":[)" + std::to_string(i + 1) + "]}"));
    }
    return send_expecting(stage_, requests, 201);
  }

  void release(const Answers& held) {
    std::vector<std::string> requests;
    for (std::size_t i = 0; i < fans_.size(); ++i) {
      const std::string id = text_member(held.answers[i].body, "reservation_id");
      requests.push_back(wire_request("DELETE", "/reservations/" + id, fans_[i].headers));
    }
    send_expecting(stage_, requests, 204);
  }

  // For the last hold of each fan.
  Answers pay(const Answers& reserved) {
    std::vector<std::string> requests;
    const std::size_t first = reserved.answers.size() - fans_.size();
    for (std::size_t i = 0; i < fans_.size(); ++i) {
      const std::string id = text_member(reserved.answers[first + i].body, "reservation_id");
      requests.push_back(wire_request("POST", "/payments",
                                      fans_[i].headers + "Idempotency-Key: " + id + "\r\n",
                                      R"({"reservation_id":")" + id + R"("})"));
    }
    return send_expecting(stage_, requests, 201);
  }

  Stage& stage_;
  Situation situation_;
  Show show_;
  std::vector<Fan> fans_;
};

}  // namespace

void measure_growth(Bench& bench) {
  std::string table =
      "Growth, four at a time, p50 / p99 in ms:\n\n"
      "| with | poll | join | listing | reserve | pay |\n|---|---|---|---|---|---|\n";
  for (const Situation& situation : situations(bench.quick)) {
    table += Measured(bench.stage, situation).row();
  }
  bench.tables.push_back(table);
}

}  // namespace stagedoor::bench
