#include "endpoint/endpoint.h"

#include <malloc.h>

#include <cassert>
#include <cstdlib>
#include <cstring>

#include "base/log.h"
#include "endpoint/batch.h"
#include "fastcgi/serve.h"

namespace stagedoor {
namespace {

// What one transaction carries without keeping the next batch waiting for long.
constexpr std::size_t kBatchMax = 64;

// The listing of a large hall is megabytes, a few times over while it is made. malloc would keep
// what a process once needed for that; there are dozens of processes.
void return_large_memory() {
  constexpr int kLargeBytes = 128 * 1024;
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, 2 * kLargeBytes);
  mallopt(M_ARENA_MAX, 1);
}

template <typename Serve>
int run(const char* name, int argc, char** argv, Serve serve) {
  return_large_memory();
  log::set_handler(name);
  Services services(load_config_or_exit());
  if (argc > 1 && std::strcmp(argv[1], "--check-config") == 0) return EXIT_SUCCESS;
  report_as(name, services.config);
  return serve(services);
}

}  // namespace

int run_endpoint(const char* name, int argc, char** argv, const Endpoint& endpoint) {
  return run(name, argc, argv, [&](Services& services) {
    const auto answer = [&](const http::Request& request) {
      Call call(request, services);
      Outcome<http::Response> outcome = endpoint(call, services);
      assert(call.was_checked());
      return outcome;
    };
    return fastcgi::serve(answer, services.config.wait_max);
  });
}

int run_batch_endpoint(const char* name, int argc, char** argv, const BatchEndpoint& endpoint) {
  return run(name, argc, argv, [&](Services& services) {
    const auto answer = [&](std::span<const http::Request> requests) {
      std::vector<Call> calls;
      calls.reserve(requests.size());
      for (const http::Request& request : requests) calls.emplace_back(request, services);
      return endpoint(calls, services);
    };
    return fastcgi::serve_batches(
        answer,
        {.wait_max = services.config.wait_max, .size_max = kBatchMax, .refuses_late = false});
  });
}

}  // namespace stagedoor
