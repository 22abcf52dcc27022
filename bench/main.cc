// bench_driver --port N --ceilings-port N --scripts DIRECTORY [--quick] [--json FILE] [ROW...]
//
// Measures a running installation that it may fill as it likes; started by `./stagedoor bench`.
// Prints the tables of docs/PERFORMANCE.md. Exit code 0 when every goal is met, 2 when one is
// missed, 1 when something was answered that should not be.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "base/encoding.h"
#include "rows.h"

namespace stagedoor::bench {
namespace {

constexpr Money kBalance{1'000'000'000};
constexpr int kExitMissed = 2;

struct Row {
  std::string_view name;
  void (*measure)(Bench&);
};

// Memory is looked at when the processes have seen everything else.
constexpr std::array kRows = {
    Row{"listing", measure_listing}, Row{"poll", measure_poll},
    Row{"join", measure_join},       Row{"inside", measure_join_inside},
    Row{"sale", measure_sale},       Row{"seat", measure_one_seat},
    Row{"hall", measure_hall},       Row{"million", measure_million},
    Row{"journey", measure_journey}, Row{"opening", measure_opening},
    Row{"growth", measure_growth},   Row{"memory", measure_memory},
    Row{"start", measure_start},
};

struct Arguments {
  int port = 0;
  int ceilings_port = 0;
  std::filesystem::path scripts;
  std::filesystem::path json;
  bool quick = false;
  std::vector<std::string_view> rows;
};

[[noreturn]] void fail_usage(std::string_view what) {
  std::string names;
  for (const Row& row : kRows) names += " " + std::string(row.name);
  throw std::runtime_error(std::string(what) + "; the rows are:" + names);
}

int number_argument(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < 1 || *number > 65'535) fail_usage("not a port: " + std::string(text));
  return static_cast<int>(*number);
}

Arguments parse_arguments(const std::vector<std::string_view>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto value = [&] { return ++i < words.size() ? words[i] : std::string_view{}; };
    if (words[i] == "--quick") {
      arguments.quick = true;
    } else if (words[i] == "--port") {
      arguments.port = number_argument(value());
    } else if (words[i] == "--ceilings-port") {
      arguments.ceilings_port = number_argument(value());
    } else if (words[i] == "--scripts") {
      arguments.scripts = value();
    } else if (words[i] == "--json") {
      arguments.json = value();
    } else if (std::any_of(kRows.begin(), kRows.end(),
                           [&](const Row& row) { return row.name == words[i]; })) {
      arguments.rows.push_back(words[i]);
    } else {
      fail_usage("unknown row '" + std::string(words[i]) + "'");
    }
  }
  return arguments;
}

bool is_wanted(const Arguments& arguments, std::string_view row) {
  return arguments.rows.empty() ||
         std::find(arguments.rows.begin(), arguments.rows.end(), row) != arguments.rows.end();
}

int run(const Arguments& arguments, const std::filesystem::path& binaries) {
  const auto config = load_config();
  if (!config) throw std::runtime_error(config.error().front());
  Stage stage(*config, arguments.port, arguments.ceilings_port);
  Bench bench{.stage = stage,
              .scripts = arguments.scripts,
              .binaries = binaries,
              .quick = arguments.quick,
              .rounds = arguments.quick ? 3 : 5};
  stage.load_users(kUsers, kBalance);
  const Micros began = monotonic_now();
  for (const Row& row : kRows) {
    if (!is_wanted(arguments, row.name)) continue;
    std::cerr << "measuring: " << row.name << " ("
              << std::chrono::duration_cast<std::chrono::seconds>(monotonic_now() - began).count()
              << " s)" << std::endl;
    row.measure(bench);
  }
  std::cout << as_table(bench.lines);
  for (const std::string& table : bench.tables) std::cout << '\n' << table;
  if (!arguments.json.empty()) {
    std::ofstream file(arguments.json);
    file << as_json(bench.lines);
    if (!file.flush()) throw std::runtime_error("cannot write " + arguments.json.string());
  }
  const bool missed = std::any_of(bench.lines.begin(), bench.lines.end(),
                                  [](const Line& line) { return line.met == false; });
  return missed ? kExitMissed : EXIT_SUCCESS;
}

}  // namespace

std::string text_member(const std::string& json, const std::string& name) {
  const std::string key = "\"" + name + "\":\"";
  const auto at = json.find(key);
  if (at == std::string::npos) throw std::runtime_error("no " + name + " in " + json);
  const auto begin = at + key.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

std::string number_member(const std::string& json, const std::string& name) {
  const std::string key = "\"" + name + "\":";
  const auto at = json.find(key);
  if (at == std::string::npos) throw std::runtime_error("no " + name + " in " + json);
  const auto begin = at + key.size();
  return json.substr(begin, json.find_first_of(",}", begin) - begin);
}

void expect_status(const Answer& answer, int status) {
  if (answer.status == status) return;
  throw std::runtime_error("expected " + std::to_string(status) + ", was answered " +
                           std::to_string(answer.status) + ": " + answer.body.substr(0, 300));
}

}  // namespace stagedoor::bench

int main(int argc, char** argv) {
  try {
    const auto arguments = stagedoor::bench::parse_arguments({argv + 1, argv + argc});
    return stagedoor::bench::run(arguments, std::filesystem::path(argv[0]).parent_path());
  } catch (const std::exception& e) {
    std::cerr << "bench: " << e.what() << '\n';
    return EXIT_FAILURE;
  }
}
