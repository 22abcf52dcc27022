#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "http/request.h"
#include "http/response.h"

namespace stagedoor::fastcgi {

// Answers one request, or refuses it.
using Handler = std::function<Outcome<http::Response>(const http::Request&)>;

// Serves until SIGTERM or SIGUSR1: as FastCGI when descriptor 0 is a listening socket, else one
// request as plain CGI. Each request that was accepted before the signal is answered. The only
// place where exceptions end: Unavailable is a 503, every other a 500. Returns the exit code.
// See Patience for `wait_max`.
int serve(const Handler& handler, Micros wait_max);

// Answers each of these requests, or refuses it: as many outcomes, in their order. At least one.
using BatchHandler =
    std::function<std::vector<Outcome<http::Response>>(std::span<const http::Request>)>;

struct BatchRules {
  Micros wait_max;
  std::size_t size_max = 1;
  // Whether a request that has waited too long is refused (see Patience).
  bool refuses_late = true;
};

// The same for a handler that is given all requests which are ready, up to `size_max`, in the order
// in which they were accepted. An exception is the answer to all of them.
int serve_batches(const BatchHandler& handler, const BatchRules& rules);

}  // namespace stagedoor::fastcgi
