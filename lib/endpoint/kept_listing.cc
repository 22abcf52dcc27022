#include "endpoint/kept_listing.h"

#include "base/encoding.h"

namespace stagedoor {
namespace {

// nginx has each wait for a tenth of a second, and follows ten redirections.
constexpr long long kTriesMax = 6;
constexpr std::chrono::seconds kFetchExpiry{2};

std::optional<http::Response> send_to(std::string_view kept_at, const std::string& version,
                                      long long tried) {
  http::Response response = http::no_content();
  response.headers.emplace_back("X-Accel-Redirect",
                                std::string(kept_at) + version + "/" + std::to_string(tried + 1));
  return response;
}

bool is_first_to_fetch(Services& services, const std::string& version) {
  return services.memcached.add("fetch:" + version, "1", kFetchExpiry);
}

}  // namespace

std::optional<http::Response> send_to_kept_listing(const http::Request& request, Services& services,
                                                   ConcertId concert_id, DateId date_id) {
  const std::string_view kept_at = request.param("SEATS_KEPT_AT");
  if (kept_at.empty()) return std::nullopt;
  const std::string wanted(request.param("SEATS_VERSION"));
  const auto tried = parse_integer(request.param("SEATS_TRY")).value_or(0);
  if (tried > 0) {
    if (tried >= kTriesMax || is_first_to_fetch(services, wanted)) return std::nullopt;
    return send_to(kept_at, wanted, tried);
  }
  const auto version = services.seats_versions.fresh_enough(concert_id, date_id);
  if (!version) return std::nullopt;
  return send_to(kept_at, *version, tried);
}

bool is_announced_listing(const http::Request& request, std::string_view body) {
  const std::string_view version = request.param("SEATS_VERSION");
  if (version.empty()) return false;
  const std::string member = "\"version\":\"" + std::string(version) + "\",\"seats\":";
  return body.find(member) != std::string_view::npos;
}

}  // namespace stagedoor
