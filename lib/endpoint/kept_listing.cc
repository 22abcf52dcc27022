#include "endpoint/kept_listing.h"

#include "base/encoding.h"
#include "http/caching.h"
#include "sale/cache_keys.h"

namespace stagedoor {
namespace {

constexpr const char* kCacheControl = "private, no-cache";
// nginx has each wait for a tenth of a second, and follows ten redirections.
constexpr long long kTriesMax = 6;
// Whoever was to fetch it and died delays the others by no more than this.
constexpr std::chrono::seconds kFetchExpiry{2};

// Of whoever fetches the version that nginx does not keep yet. Under the same name nginx keeps it.
std::string fetch_lease(const http::Request& request, ConcertId concert_id, DateId date_id) {
  return "fetch:" + std::string(request.method()) + ":" +
         sale::seats_entry(concert_id, date_id, /*available_only=*/false) + ":" +
         std::string(request.param("SEATS_VERSION"));
}

bool is_announced(const http::Request& request, std::string_view body) {
  const std::string_view version = request.param("SEATS_VERSION");
  if (version.empty()) return false;
  const std::string member = "\"version\":\"" + std::string(version) + "\",\"seats\":";
  return body.find(member) != std::string_view::npos;
}

}  // namespace

std::optional<http::Response> send_to_kept_listing(const http::Request& request, Services& services,
                                                   ConcertId concert_id, DateId date_id) {
  const std::string_view kept_at = request.param("SEATS_KEPT_AT");
  if (kept_at.empty()) return std::nullopt;
  const auto version = services.seats_versions.fresh_enough(concert_id, date_id);
  if (!version) return std::nullopt;
  const auto tried = parse_integer(request.param("SEATS_TRY")).value_or(0);
  if (tried >= kTriesMax) return std::nullopt;
  if (tried > 0 && *version == request.param("SEATS_VERSION")) {
    const std::string lease = fetch_lease(request, concert_id, date_id);
    if (services.memcached.add(lease, "1", kFetchExpiry)) return std::nullopt;
  }
  http::Response response = http::no_content();
  response.headers.emplace_back("X-Accel-Redirect",
                                std::string(kept_at) + *version + "/" + std::to_string(tried + 1));
  return response;
}

http::Response whole_listing(const http::Request& request, Services& services, ConcertId concert_id,
                             DateId date_id, std::string body) {
  if (is_announced(request, body)) return http::tagged_json(std::move(body), kCacheControl);
  if (!request.param("SEATS_TRY").empty()) {
    services.memcached.remove(fetch_lease(request, concert_id, date_id));
  }
  http::Response response = http::cacheable_json(request, std::move(body), kCacheControl);
  response.headers.emplace_back("X-Accel-Expires", "0");
  return response;
}

}  // namespace stagedoor
