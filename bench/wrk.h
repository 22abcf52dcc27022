#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace stagedoor::bench {

struct WrkRun {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  std::int64_t requests = 0;
};

// Drives GETs with wrk, as different people in turn.
class Wrk {
 public:
  // `people`: the header lines of each. REQUIRES: bench/requests.lua is in `scripts`.
  Wrk(const std::filesystem::path& scripts, const std::vector<std::string>& people);
  ~Wrk();
  Wrk(const Wrk&) = delete;
  Wrk& operator=(const Wrk&) = delete;

  // One second of load. Throws when anything but 2xx was answered.
  [[nodiscard]] WrkRun run(const std::string& url, int connections) const;

 private:
  std::filesystem::path script_;
  std::filesystem::path people_;
};

}  // namespace stagedoor::bench
