#pragma once

#include <string>
#include <string_view>

#include "http/request.h"
#include "http/response.h"

namespace stagedoor::http {

// Tells two contents of one address apart.
std::string fingerprint(std::string_view content);

// A JSON answer with an ETag of its content.
Response tagged_json(std::string body, const std::string& cache_control);

// The same, or 304 without a body when the client has it already (If-None-Match, compared weakly).
Response cacheable_json(const Request& request, std::string body, const std::string& cache_control);

}  // namespace stagedoor::http
