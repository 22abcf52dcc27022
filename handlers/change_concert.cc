// PATCH /api/v1/admin/concerts/{concert_id} {any of the settings}
//
// 200 the concert with every setting and its dates
// 404 not_found
#include "endpoint/concert_json.h"
#include "endpoint/endpoint.h"
#include "sale/catalogue.h"

namespace stagedoor {
namespace {

Outcome<http::Response> change_concert(Call& call, Services& services) {
  const auto id = call.path<ConcertId>();
  const auto change = read_settings_change(call.body());
  if (call.refused()) return call.refusal();

  auto stores = services.line_stores();
  const auto changed = sale::apply_change(stores, id, change);
  if (!changed) return changed.error();
  const Time now = services.database.now();
  return sale::list_dates(services.database, id, false, now)
      .transform([&](const std::vector<DateSummary>& dates) {
        return http::json(200, organiser_json({*changed, dates}, sale_state(*changed, now)));
      });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("change_concert", argc, argv, stagedoor::change_concert);
}
