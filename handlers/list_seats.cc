// GET /api/v1/concerts/{concert_id}/dates/{date_id}/seats ?status=AVAILABLE
//
// 200 {concert_id, date_id, version, seats: [{number, label, section, grade, price, status}...]}
// 404 not_found. nginx lets in who is admitted to the concert, and repeats the listing of a version
// (SEATS_VERSION) while `authorize` names it. A request without one is sent back to what nginx
// keeps (SEATS_KEPT_AT) unless it is to read the seats.
#include "base/json_writer.h"
#include "endpoint/endpoint.h"
#include "endpoint/kept_listing.h"
#include "http/caching.h"
#include "sale/cache_keys.h"
#include "sale/listing.h"

namespace stagedoor {
namespace {

Outcome<bool> read_available_only(const http::Request& request) {
  const auto status = request.query("status");
  if (!status) return false;
  if (*status == "AVAILABLE") return true;
  return Refused::fields({{"status", "must be AVAILABLE"}});
}

std::string write_body(ConcertId concert_id, DateId date_id, const std::string& version,
                       const std::string& seats) {
  JsonWriter json;
  json.begin_object()
      .field("concert_id", concert_id)
      .field("date_id", date_id)
      .field("version", version)
      .key("seats")
      .raw(seats);
  return json.end_object().take();
}

Outcome<http::Response> list_seats(const http::Request& request, Services& services) {
  const auto concert_id = request.number_in_path<ConcertId>("CONCERT_ID");
  if (!concert_id) return concert_id.error();
  const auto date_id = request.number_in_path<DateId>("DATE_ID");
  if (!date_id) return date_id.error();
  const auto available_only = read_available_only(request);
  if (!available_only) return available_only.error();
  if (!*available_only) {
    if (auto kept = send_to_kept_listing(request, services, *concert_id, *date_id)) return *kept;
  }
  const std::string entry = sale::seats_entry(*concert_id, *date_id, *available_only);
  std::string body = services.cache.fetch(
      entry, entry, sale::kSeatsAgeMax, services.database.estimated_now(), [&] {
        const Time now = services.database.estimated_now();
        const std::string seats =
            sale::list_seats_json(services.database, *concert_id, *date_id, *available_only, now);
        if (seats.empty()) return std::string();
        const std::string version = http::fingerprint(seats);
        if (!*available_only) services.seats_versions.publish(*concert_id, *date_id, version, now);
        return write_body(*concert_id, *date_id, version, seats);
      });
  if (body.empty()) return Refused{Refusal::kNotFound};
  return whole_listing(request, services, *concert_id, *date_id, std::move(body));
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("list_seats", argc, argv, stagedoor::list_seats);
}
