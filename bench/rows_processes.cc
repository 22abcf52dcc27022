// What the handlers' processes take: memory, and time to start.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>

#include "rows.h"

namespace stagedoor::bench {
namespace {

constexpr double kMemoryMaxMib = 12;
constexpr int kStarts = 21;

// Pages in memory, those of shared libraries included.
double resident_mib(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1'024;
  }
  throw std::runtime_error("process " + std::to_string(pid) + " has gone");
}

// From before the process begins until it has answered as a plain CGI program.
double start_ms(const std::filesystem::path& binary, const std::string& queue_token) {
  std::vector<std::string> texts = {"REQUEST_METHOD=GET", "HTTP_QUEUE_TOKEN=" + queue_token,
                                    "STAGEDOOR_HOME=" + std::string(getenv("STAGEDOOR_HOME"))};
  std::vector<char*> environment;
  for (std::string& text : texts) environment.push_back(text.data());
  environment.push_back(nullptr);
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::string name = binary.string();
  std::array<char*, 2> arguments = {name.data(), nullptr};
  pid_t pid = 0;
  const Micros began = monotonic_now();
  const int failed =
      posix_spawn(&pid, name.c_str(), &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  std::string answer(65'536, '\0');
  const ssize_t got = failed == 0 ? read(pipe_ends[0], answer.data(), answer.size()) : 0;
  const double took = milliseconds(monotonic_now() - began);
  close(pipe_ends[0]);
  if (failed == 0) waitpid(pid, nullptr, 0);
  if (got <= 0 || !answer.starts_with("Status: 200")) {
    throw std::runtime_error(name + " answers " + answer.substr(0, 200));
  }
  return took;
}

}  // namespace

std::vector<std::pair<std::string, std::vector<int>>> handler_processes(const Stage& stage) {
  std::vector<std::pair<std::string, std::vector<int>>> handlers;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(stage.config().home) / "run")) {
    if (file.path().extension() != ".generation") continue;
    std::string pid;
    std::ifstream(std::filesystem::path(file.path()).replace_extension(".pid")) >> pid;
    std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
    std::vector<int> pids;
    for (int child = 0; children >> child;) pids.push_back(child);
    handlers.emplace_back(file.path().stem().string(), pids);
  }
  return handlers;
}

std::size_t processes_of(const Stage& stage, const std::string& handler) {
  for (const auto& [name, pids] : handler_processes(stage)) {
    if (name == handler) return pids.size();
  }
  throw std::runtime_error("no processes of " + handler);
}

void measure_memory(Bench& bench) {
  double most = 0;
  std::string where;
  for (const auto& [name, pids] : handler_processes(bench.stage)) {
    // These hash passwords, which is meant to take memory.
    if (name == "sign_up" || name == "sign_in") continue;
    for (const int pid : pids) {
      const double mib = resident_mib(pid);
      if (mib > most) where = name;
      most = std::max(most, mib);
    }
  }
  bench.lines.push_back({"memory of the largest handler process (" + where + ")",
                         most,
                         "MiB",
                         {},
                         "<= 12 MiB",
                         most <= kMemoryMaxMib});
}

void measure_start(Bench& bench) {
  Stage& stage = bench.stage;
  const Show show = stage.create_show(1);
  stage.admit_fans(show, 1);
  stage.fill_line(show, 1);
  std::string token = stage.waiting_headers(show, 2);
  token = token.substr(token.find(": ") + 2);
  token.resize(token.size() - 2);
  std::vector<double> times;
  for (int i = 0; i < kStarts; ++i) {
    times.push_back(start_ms(bench.binaries / "queue_position", token));
  }
  bench.lines.push_back({"handler start to first answer", median(times), "ms", {}, "reported"});
}

}  // namespace stagedoor::bench
