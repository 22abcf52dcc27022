// GET /api/v1/concerts/{concert_id}/dates ?available=true
//
// 200 {items: [{date_id, starts_at, sale_opens_at, seats_total, seats_available, ...}...]}
// 404 not_found
#include "endpoint/concert_json.h"
#include "endpoint/endpoint.h"
#include "http/caching.h"
#include "sale/catalogue.h"

namespace stagedoor {
namespace {

std::string write_body(const std::vector<DateSummary>& dates) {
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const DateSummary& date : dates) write_date(json, date);
  return json.end_array().end_object().take();
}

Outcome<http::Response> list_dates(Call& call, Services& services) {
  const auto id = call.path<ConcertId>();
  const bool available = call.flag("available");
  if (call.refused()) return call.refusal();
  const Time now = services.database.estimated_now();
  auto stores = services.line_stores();
  std::string body = sale::cached_dates(stores, id, available, now, [&] {
    const auto dates = sale::list_dates(services.database, id, available, now);
    return dates ? write_body(*dates) : std::string();
  });
  if (body.empty()) return Refused{Refusal::kNotFound};
  return http::cacheable_json(call.request(), std::move(body), "public, max-age=1");
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("list_dates", argc, argv, stagedoor::list_dates);
}
