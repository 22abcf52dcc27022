// A handler that tells each request of the batch that it came in, and does what the requests say in
// their parameter PROBE:
//   wait FIFO   waits until FIFO is opened for writing and closed again
//   refuse      refuses this request alone
//   fail        throws; `unavailable` throws that a part of the installation is away
//   die         kills its own process
//
// probe one | batches
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "base/failure.h"
#include "fastcgi/serve.h"
#include "metrics/metrics.h"

namespace stagedoor {
namespace {

constexpr std::size_t kBatchMax = 64;
constexpr Micros kWaitMax = std::chrono::milliseconds{900};

void act(std::string_view order) {
  if (order.starts_with("wait ")) {
    std::ifstream fifo{std::string(order.substr(5))};
    std::string all(std::istreambuf_iterator<char>(fifo), {});
  }
  if (order == "fail") throw std::runtime_error("told to fail");
  if (order == "unavailable") throw Unavailable("told to be away");
  if (order == "die") kill(getpid(), SIGKILL);
}

// "0 of 3: body" to the first of three.
Outcome<http::Response> answer(const http::Request& request, std::size_t i, std::size_t size) {
  if (request.param("PROBE") == "refuse") return Refused{Refusal::kNotFound};
  return http::json(200, std::to_string(i) + " of " + std::to_string(size) + ": " + request.body());
}

std::vector<Outcome<http::Response>> answer_batch(std::span<const http::Request> requests) {
  for (const http::Request& request : requests) act(request.param("PROBE"));
  std::vector<Outcome<http::Response>> outcomes;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    outcomes.push_back(answer(requests[i], i, requests.size()));
  }
  return outcomes;
}

Outcome<http::Response> answer_one(const http::Request& request) {
  act(request.param("PROBE"));
  return answer(request, 0, 1);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  const char* const metrics = std::getenv("PROBE_METRICS");
  if (metrics != nullptr) stagedoor::metrics::open(metrics, "probe");
  if (argc > 1 && std::string_view(argv[1]) == "one") {
    return stagedoor::fastcgi::serve(stagedoor::answer_one, stagedoor::kWaitMax);
  }
  return stagedoor::fastcgi::serve_batches(
      stagedoor::answer_batch,
      {.wait_max = stagedoor::kWaitMax, .size_max = stagedoor::kBatchMax, .refuses_late = false});
}
