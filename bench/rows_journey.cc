// The whole way of a crowd: from the line to the paid seat.
#include <array>
#include <stdexcept>

#include "rows.h"

namespace stagedoor::bench {
namespace {

constexpr std::size_t kCrowd = 500;
constexpr std::int64_t kInside = 50;
// The line was not joined by these in another row.
constexpr std::int64_t kFirstUser = 1'000;

// Refused because too many came at once: come again, as Retry-After says.
constexpr int kShed = 503;
constexpr Micros kAgainAfter = std::chrono::seconds{2};

enum StepKind { kJoin, kPoll, kList, kReserve, kCharge, kPay, kSteps };
constexpr std::array<const char*, kSteps> kStepNames = {"join",    "poll",   "list seats",
                                                        "reserve", "charge", "pay"};

// One fan on his way. His requests follow from the answers.
class Traveller {
 public:
  Traveller(const Stage& stage, const Show& show, std::int64_t index)
      : show_(show),
        user_(Stage::user(kFirstUser + index).text()),
        seat_(index + 1),
        headers_(stage.user_headers(kFirstUser + index)) {}

  // The step that he is at, for the answer that is about to be taken.
  [[nodiscard]] StepKind at() const { return at_; }

  std::optional<Step> next(const Answer* answer) {
    if (answer == nullptr) return go(kJoin);
    if (answer->status == kShed) return Step{request(), kAgainAfter};
    switch (at_) {
      case kJoin:
        expect_status(*answer, 201);
        headers_ += "Queue-Token: " + text_member(answer->body, "token") + "\r\n";
        return admitted_or_poll(*answer);
      case kPoll:
        expect_status(*answer, 200);
        return admitted_or_poll(*answer);
      case kList:
        expect_status(*answer, 200);
        return go(kReserve);
      case kReserve:
        expect_status(*answer, 201);
        reservation_ = text_member(answer->body, "reservation_id");
        return go(kCharge);
      case kCharge:
        expect_status(*answer, 201);
        return go(kPay);
      default:
        expect_status(*answer, 201);
        return std::nullopt;
    }
  }

 private:
  std::optional<Step> admitted_or_poll(const Answer& answer) {
    if (text_member(answer.body, "status") == "ACTIVE") return go(kList);
    Step step = go(kPoll);
    step.delay = std::chrono::milliseconds{std::stoll(number_member(answer.body, "poll_after_ms"))};
    return step;
  }

  Step go(StepKind kind) {
    at_ = kind;
    return {request()};
  }

  [[nodiscard]] std::string request() const {
    const std::string date = std::to_string(show_.dates.front().value);
    const std::string concert = std::to_string(show_.concert.value);
    const std::string key = "Idempotency-Key: " + concert + "\r\n";
    switch (at_) {
      case kJoin:
        return wire_request("POST", "/queue/tokens", headers_, R"({"concert_id":)" + concert + "}");
      case kPoll:
        return wire_request("GET", "/queue/tokens/current", headers_);
      case kList:
        return wire_request("GET", "/concerts/" + concert + "/dates/" + date + "/seats", headers_);
      case kReserve:
        return wire_request(
            "POST", "/reservations", headers_,
            R"({"date_id":)" + date + R"(,"seats":[)" + std::to_string(seat_) + "]}");
      case kCharge:
        return wire_request("POST", "/users/" + user_ + "/charges", headers_ + key,
                            R"({"amount":100000})");
      default:
        return wire_request("POST", "/payments", headers_ + key,
                            R"({"reservation_id":")" + reservation_ + R"("})");
    }
  }

  Show show_;
  std::string user_;
  std::int64_t seat_;
  std::string headers_;
  std::string reservation_;
  StepKind at_ = kJoin;
};

}  // namespace

void measure_journey(Bench& bench) {
  std::array<std::vector<double>, kSteps> times;
  std::vector<double> rates;
  int shed = 0;
  for (int round = 0; round < bench.rounds; ++round) {
    const Show show =
        bench.stage.create_show(kInside, {static_cast<std::int64_t>(kCrowd) + kInside});
    std::vector<Traveller> crowd;
    for (std::size_t i = 0; i < kCrowd; ++i) {
      crowd.emplace_back(bench.stage, show, static_cast<std::int64_t>(i));
    }
    const Micros took =
        play_crowd(bench.stage.port(), kCrowd, [&](std::size_t i, const Answer* answer) {
          if (answer != nullptr && answer->status == kShed) ++shed;
          if (answer != nullptr) times.at(crowd[i].at()).push_back(milliseconds(answer->took));
          return crowd[i].next(answer);
        });
    rates.push_back(static_cast<double>(kCrowd) / std::chrono::duration<double>(took).count());
  }
  bench.lines.push_back({"journeys, 500 users at once, 50 inside", median(rates), "/s"});
  bench.lines.back().goal = "reported (" + std::to_string(shed) + " of " +
                            std::to_string(bench.rounds * static_cast<int>(kCrowd)) +
                            " came too fast and again)";
  std::string table =
      "A journey's steps, 500 users at once, 50 inside, in ms:\n\n"
      "| step | p50 | p95 | p99 |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < kSteps; ++i) {
    table += std::string("| ") + kStepNames.at(i);
    for (const int percent : {50, 95, 99}) {
      table += " | " + number_text(percentile(times.at(i), percent));
    }
    table += " |\n";
  }
  bench.tables.push_back(table);
}

}  // namespace stagedoor::bench
