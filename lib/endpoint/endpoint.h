#pragma once

#include <functional>

#include "endpoint/call.h"
#include "endpoint/services.h"
#include "http/response.h"

namespace stagedoor {

// Answers one call, or refuses it.
using Endpoint = std::function<Outcome<http::Response>(Call&, Services&)>;

// The main() of every handler: reads the configuration, then serves (see fastcgi::serve). With
// --check-config it only tells whether the configuration is right.
int run_endpoint(const char* name, int argc, char** argv, const Endpoint& endpoint);

}  // namespace stagedoor
