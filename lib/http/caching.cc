#include "http/caching.h"

#include "base/fingerprint.h"

namespace stagedoor::http {
namespace {

std::string quoted(std::string_view tag) { return "\"" + std::string(tag) + "\""; }

}  // namespace

// RFC 9110, 13.1.2: `*` or a list of tags; W/ does not count in the weak comparison.
bool has_tag(const Request& request, std::string_view tag) {
  const std::string wanted = quoted(tag);
  std::string_view tags = request.param("HTTP_IF_NONE_MATCH");
  while (!tags.empty()) {
    const auto comma = tags.find(',');
    std::string_view next = tags.substr(0, comma);
    while (next.starts_with(' ') || next.starts_with('\t')) next.remove_prefix(1);
    while (next.ends_with(' ') || next.ends_with('\t')) next.remove_suffix(1);
    if (next.starts_with("W/")) next.remove_prefix(2);
    if (next == "*" || next == wanted) return true;
    if (comma == std::string_view::npos) return false;
    tags.remove_prefix(comma + 1);
  }
  return false;
}

Response tagged_json(std::string_view tag, std::string body, const std::string& cache_control) {
  return {.headers = {{"ETag", quoted(tag)}, {"Cache-Control", cache_control}},
          .body = std::move(body)};
}

Response not_modified(std::string_view tag, const std::string& cache_control) {
  Response response = tagged_json(tag, "", cache_control);
  response.status = 304;
  response.content_type.clear();
  return response;
}

Response cacheable_json(const Request& request, std::string body,
                        const std::string& cache_control) {
  const std::string tag = fingerprint(body);
  if (has_tag(request, tag)) return not_modified(tag, cache_control);
  return tagged_json(tag, std::move(body), cache_control);
}

}  // namespace stagedoor::http
