#include "http/caching.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/encoding.h"

namespace stagedoor::http {
namespace {

// RFC 9110, 13.1.2: `*` or a list of tags; W/ does not count in the weak comparison.
bool matches(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    const auto comma = if_none_match.find(',');
    std::string_view tag = if_none_match.substr(0, comma);
    while (tag.starts_with(' ') || tag.starts_with('\t')) tag.remove_prefix(1);
    while (tag.ends_with(' ') || tag.ends_with('\t')) tag.remove_suffix(1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == "*" || tag == etag) return true;
    if (comma == std::string_view::npos) return false;
    if_none_match.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

// MurmurHash64A, eight bytes at a time: a listing has up to 9 MiB. Nobody gains anything by making
// two contents collide.
std::string fingerprint(std::string_view content) {
  constexpr std::uint64_t kFactor = 0xc6a4a7935bd1e995ULL;
  constexpr int kShift = 47;
  std::uint64_t hash = content.size() * kFactor;
  while (!content.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(content.size(), sizeof word);
    std::memcpy(&word, content.data(), size);
    content.remove_prefix(size);
    word *= kFactor;
    word ^= word >> kShift;
    hash = (hash ^ (word * kFactor)) * kFactor;
  }
  hash = (hash ^ (hash >> kShift)) * kFactor;
  hash ^= hash >> kShift;
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(hash >> shift);
  return to_hex(bytes);
}

Response tagged_json(std::string body, const std::string& cache_control) {
  const std::string etag = "\"" + fingerprint(body) + "\"";
  return {.headers = {{"ETag", etag}, {"Cache-Control", cache_control}}, .body = std::move(body)};
}

Response cacheable_json(const Request& request, std::string body,
                        const std::string& cache_control) {
  Response response = tagged_json(std::move(body), cache_control);
  if (matches(request.param("HTTP_IF_NONE_MATCH"), response.headers.front().second)) {
    response.status = 304;
    response.content_type.clear();
    response.body.clear();
  }
  return response;
}

}  // namespace stagedoor::http
