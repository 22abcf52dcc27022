// GET /api/v1/concerts/{concert_id}
//
// 200 {concert_id, title, ..., sale_state, queue: {...}, max_seats_per_user, hold_seconds}
// 404 not_found
#include "endpoint/concert_json.h"
#include "endpoint/endpoint.h"
#include "http/caching.h"
#include "sale/catalogue.h"

namespace stagedoor {
namespace {

std::string write_body(const Concert& concert, const LineSnapshot& line, Time now) {
  const ConcertSettings& settings = concert.settings;
  JsonWriter json;
  json.begin_object();
  write_concert(json, concert, sale_state(concert, now));
  json.key("queue")
      .begin_object()
      .field("waiting", line.waiting())
      .field("active", line.active)
      .field("max_active", settings.max_active)
      .field("admit_per_minute", settings.admit_per_minute)
      .field("order", settings.order)
      .end_object();
  json.field("max_seats_per_user", settings.max_seats_per_user)
      .field("hold_seconds", settings.hold_s);
  return json.end_object().take();
}

Outcome<http::Response> show_concert(Call& call, Services& services) {
  const auto id = call.path<ConcertId>();
  if (call.refused()) return call.refusal();
  const Time now = services.database.estimated_now();
  auto stores = services.line_stores();
  std::string body = sale::cached_concert(stores, id, now, [&] {
    // The line first: a look at it may be what finds that the sale is sold out.
    const auto sight = services.lines.look(id);
    if (!sight) return std::string();
    const auto concert = sale::find_concert(services.database, id);
    return concert ? write_body(*concert, *sight->line, now) : std::string();
  });
  if (body.empty()) return Refused{Refusal::kNotFound};
  return http::cacheable_json(call.request(), std::move(body), "no-cache");
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_concert", argc, argv, stagedoor::show_concert);
}
