#pragma once

#include <functional>
#include <string_view>

#include "http/request.h"
#include "http/response.h"

namespace stagedoor::fastcgi {

// Answers one request, or refuses it.
using Handler = std::function<Outcome<http::Response>(const http::Request&)>;

// Serves until SIGTERM or SIGUSR1: as FastCGI when descriptor 0 is a listening socket, else one
// request as plain CGI. A request that is running when the signal comes is finished. The only place
// where exceptions end: Unavailable is a 503, every other a 500. Returns the exit code.
int serve(const Handler& handler);

}  // namespace stagedoor::fastcgi
