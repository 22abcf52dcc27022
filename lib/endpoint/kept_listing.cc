#include "endpoint/kept_listing.h"

namespace stagedoor {

std::optional<http::Response> send_to_kept_listing(const http::Request& request, Services& services,
                                                   ConcertId concert_id, DateId date_id) {
  const std::string_view kept_at = request.param("SEATS_KEPT_AT");
  if (kept_at.empty()) return std::nullopt;
  const auto version = services.seats_versions.fresh_enough(concert_id, date_id);
  if (!version) return std::nullopt;
  http::Response response = http::no_content();
  response.headers.emplace_back("X-Accel-Redirect", std::string(kept_at) + *version);
  return response;
}

bool is_announced_listing(const http::Request& request, std::string_view body) {
  const std::string_view version = request.param("SEATS_VERSION");
  if (version.empty()) return false;
  const std::string member = "\"version\":\"" + std::string(version) + "\",\"seats\":";
  return body.find(member) != std::string_view::npos;
}

}  // namespace stagedoor
