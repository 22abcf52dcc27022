#pragma once

#include <string>
#include <string_view>

#include "http/request.h"
#include "http/response.h"

namespace stagedoor::http {

// Of what never changes.
inline constexpr const char* kImmutable = "public, max-age=31536000, immutable";

// Whether the client has what bears this tag (If-None-Match, compared weakly).
bool has_tag(const Request& request, std::string_view tag);

// A JSON answer with this ETag, and the one for a client that has it.
Response tagged_json(std::string_view tag, std::string body, const std::string& cache_control);
Response not_modified(std::string_view tag, const std::string& cache_control);

// One of the two, with a tag of the content.
Response cacheable_json(const Request& request, std::string body, const std::string& cache_control);

}  // namespace stagedoor::http
