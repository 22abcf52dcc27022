// GET /api/v1/admin/concerts/{concert_id}/stats
//
// 200 {queue: {waiting, active, admitted_total, expired_total, by_reason},
//      dates: [{date_id, available, held, sold, revenue}...], revenue}
// 404 not_found
#include "base/json_writer.h"
#include "endpoint/endpoint.h"
#include "sale/catalogue.h"
#include "watch/stats.h"

namespace stagedoor {
namespace {

std::string write_stats(const LineSnapshot& line, const watch::ConcertStats& stats) {
  JsonWriter json;
  json.begin_object().key("queue").begin_object();
  json.field("waiting", line.waiting())
      .field("active", line.active)
      .field("admitted_total", stats.admitted_total)
      .field("expired_total", stats.expired_total)
      .key("by_reason")
      .begin_object();
  for (const auto& [reason, count] : stats.by_reason) json.field(reason, count);
  json.end_object().end_object().key("dates").begin_array();
  Money revenue;
  for (const watch::DateStats& date : stats.dates) {
    json.begin_object()
        .field("date_id", date.id)
        .field("available", date.available)
        .field("held", date.held)
        .field("sold", date.sold)
        .field("revenue", date.revenue)
        .end_object();
    revenue = revenue + date.revenue;
  }
  return json.end_array().field("revenue", revenue).end_object().take();
}

Outcome<http::Response> concert_stats(Call& call, Services& services) {
  const auto id = call.path<ConcertId>();
  if (call.refused()) return call.refusal();
  const auto sight = services.lines.look(id);
  if (!sight) return sight.error();
  const Time now = services.database.estimated_now();
  auto stores = services.line_stores();
  return http::json(200, sale::cached_stats(stores, id, now, [&] {
                      return write_stats(*sight->line,
                                         watch::read_stats(services.database, id, now));
                    }));
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("concert_stats", argc, argv, stagedoor::concert_stats);
}
