#include "wrk.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace stagedoor::bench {
namespace {

struct CloseProcess {
  void operator()(std::FILE* pipe) const { pclose(pipe); }
};

// Everything that the shell's `command` prints.
std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, CloseProcess> pipe(popen(command.c_str(), "r"));
  if (!pipe) throw std::runtime_error("cannot run " + command);
  std::string text;
  std::array<char, 4'096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    text.append(buffer.data(), count);
  }
  return text;
}

}  // namespace

Wrk::Wrk(const std::filesystem::path& scripts, const std::vector<std::string>& people)
    : script_(scripts / "requests.lua") {
  std::string name = (std::filesystem::temp_directory_path() / "stagedoor-people.XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) throw std::runtime_error("cannot write " + name);
  close(descriptor);
  people_ = name;
  std::ofstream file(people_);
  for (const std::string& headers : people) {
    std::string line;
    for (const char c : headers) {
      if (c != '\r') line += c == '\n' ? '\t' : c;
    }
    file << line << '\n';
  }
}

Wrk::~Wrk() { std::filesystem::remove(people_); }

WrkRun Wrk::run(const std::string& url, int connections) const {
  const std::string text =
      output_of("wrk -t1 -d1s --latency -c" + std::to_string(connections) + " -s " +
                script_.string() + " " + url + " -- " + people_.string() + " 2>&1");
  // Ours is the last line.
  const auto end = text.find_last_not_of('\n');
  std::istringstream line(text.substr(text.rfind('\n', end) + 1));
  std::int64_t requests = 0;
  double duration_us = 0;
  std::int64_t errors = 0;
  double p50_us = 0;
  double p99_us = 0;
  if (!(line >> requests >> duration_us >> errors >> p50_us >> p99_us) || requests == 0) {
    throw std::runtime_error("wrk failed: " + text);
  }
  if (errors > 0) throw std::runtime_error("unexpected answers: " + text);
  return {static_cast<double>(requests) * 1e6 / duration_us, p50_us / 1'000, p99_us / 1'000,
          requests};
}

}  // namespace stagedoor::bench
