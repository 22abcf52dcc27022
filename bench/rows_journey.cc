// The whole way of a crowd: from the line to the paid seat.
#include <array>

#include "buyer.h"
#include "rows.h"

namespace stagedoor::bench {
namespace {

constexpr std::size_t kCrowd = 500;
constexpr std::int64_t kInside = 50;
// The line was not joined by these in another row.
constexpr std::int64_t kFirstUser = 1'000;

constexpr std::array<const char*, kSteps> kStepNames = {"join",    "poll",   "list seats",
                                                        "reserve", "charge", "pay"};

}  // namespace

void measure_journey(Bench& bench) {
  std::array<std::vector<double>, kSteps> times;
  std::vector<double> rates;
  int shed = 0;
  for (int round = 0; round < bench.rounds; ++round) {
    const Show show =
        bench.stage.create_show(kInside, {static_cast<std::int64_t>(kCrowd) + kInside});
    std::vector<Buyer> crowd;
    for (std::size_t i = 0; i < kCrowd; ++i) {
      const auto number = static_cast<std::int64_t>(i);
      crowd.emplace_back(bench.stage, show, kFirstUser + number, number + 1);
    }
    const Micros took =
        play_crowd(bench.stage.port(), kCrowd, [&](std::size_t i, const Answer* answer) {
          if (answer != nullptr && answer->status == kTooMany) ++shed;
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
