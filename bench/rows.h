#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "http_crowd.h"
#include "measure.h"
#include "stage.h"

// The rows of the table, one function each. Every one loads what it needs and throws when something
// is answered that should not be.
namespace stagedoor::bench {

struct Bench {
  Stage& stage;
  std::filesystem::path scripts;  // where bench/requests.lua is
  std::filesystem::path binaries;
  bool quick = false;
  int rounds = 5;
  std::vector<Line> lines = {};
  std::vector<std::string> tables = {};  // more than a line can say
};

inline constexpr std::int64_t kUsers = 10'000;

void measure_listing(Bench& bench);
void measure_poll(Bench& bench);
void measure_join(Bench& bench);
void measure_join_inside(Bench& bench);
void measure_sale(Bench& bench);      // reserve and pay
void measure_one_seat(Bench& bench);  // a thousand users at once
void measure_million(Bench& bench);
void measure_hall(Bench& bench);
void measure_journey(Bench& bench);
void measure_opening(Bench& bench);
void measure_growth(Bench& bench);
void measure_memory(Bench& bench);
void measure_start(Bench& bench);

// Of each handler, the pids of its processes.
std::vector<std::pair<std::string, std::vector<int>>> handler_processes(const Stage& stage);
std::size_t processes_of(const Stage& stage, const std::string& handler);

// A text or a number of a JSON object of ours; throws when it is not there.
std::string text_member(const std::string& json, const std::string& name);
std::string number_member(const std::string& json, const std::string& name);

// Throws with the answer unless it has this status.
void expect_status(const Answer& answer, int status);

}  // namespace stagedoor::bench
