#pragma once

#include "endpoint/endpoint.h"

namespace stagedoor {

// Answers the auth subrequest of nginx; see handlers/authorize.cc.
Outcome<http::Response> authorize(Call& call, Services& services);

}  // namespace stagedoor
