// GET /api/v1/concerts/{concert_id}/dates/{date_id}/seats ?status=AVAILABLE
//
// 200 {concert_id, date_id, version, seats: [{number, label, section, grade, price, status}...]}
// 404 not_found. nginx lets in who is admitted to the concert.
#include "base/json_writer.h"
#include "endpoint/endpoint.h"
#include "http/caching.h"
#include "operations/cache_keys.h"
#include "operations/seats.h"

namespace stagedoor {
namespace {

Outcome<bool> read_available_only(const http::Request& request) {
  const auto status = request.query("status");
  if (!status) return false;
  if (*status == "AVAILABLE") return true;
  return Refused::fields({{"status", "must be AVAILABLE"}});
}

std::string write_body(ConcertId concert_id, DateId date_id, const std::string& seats) {
  JsonWriter json;
  json.begin_object()
      .field("concert_id", concert_id)
      .field("date_id", date_id)
      .field("version", http::fingerprint(seats))
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
  const Time now = services.database.estimated_now();
  const std::string entry = operations::seats_entry(*concert_id, *date_id, *available_only);
  std::string body = services.cache.fetch(entry, entry, operations::kSeatsAgeMax, now, [&] {
    const std::string seats =
        operations::list_seats_json(services.database, *concert_id, *date_id, *available_only, now);
    return seats.empty() ? seats : write_body(*concert_id, *date_id, seats);
  });
  if (body.empty()) return Refused{Refusal::kNotFound};
  return http::cacheable_json(request, std::move(body), "private, no-cache");
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("list_seats", argc, argv, stagedoor::list_seats);
}
