// GET /api/v1/concerts/{concert_id}/dates/{date_id}/seats ?status=AVAILABLE
//
// 200 {concert_id, date_id, version, seats: [{number, label, section, grade, price, status}...]}
// 404 not_found. nginx has asked `authorize` before, which names the file of the listing while its
// reading is good: then nginx sends the file and this handler is not asked. What this handler reads
// nginx sends from its file too (LISTINGS_AT). See docs/listing.md.
#include <sys/stat.h>

#include "endpoint/endpoint.h"
#include "http/caching.h"
#include "sale/listings.h"

namespace stagedoor {
namespace {

constexpr const char* kCacheControl = "private, no-cache";
// The web server's group reads the files.
constexpr mode_t kMask = 0027;

bool read_available_only(Call& call) {
  const auto status = call.query("status");
  if (status && *status != "AVAILABLE") call.refuse_query("status", "must be AVAILABLE");
  return status.has_value();
}

Outcome<http::Response> list_seats(Call& call, Services& services) {
  const auto concert_id = call.path<ConcertId>();
  const auto date_id = call.path<DateId>();
  const bool available_only = read_available_only(call);
  if (call.refused()) return call.refusal();

  auto listing = services.listings.find({concert_id, date_id}, available_only);
  if (!listing) return Refused{Refusal::kNotFound};
  if (http::has_tag(call.request(), listing->version)) {
    return http::not_modified(listing->version, kCacheControl);
  }
  const std::string_view listings_at = call.request().param("LISTINGS_AT");
  if (!listings_at.empty() && !listing->file.empty()) {
    http::Response response = http::no_content();
    response.headers.emplace_back("X-Accel-Redirect", std::string(listings_at) + listing->file);
    return response;
  }
  const std::string version = listing->version;
  return http::tagged_json(version, services.listings.body_of(std::move(*listing)), kCacheControl);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  umask(stagedoor::kMask);
  return stagedoor::run_endpoint("list_seats", argc, argv, stagedoor::list_seats);
}
