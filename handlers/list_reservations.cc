// GET /api/v1/reservations ?limit= &cursor=
//
// 200 {items: [reservation...], next_cursor}: the user's own, newest first
#include "endpoint/endpoint.h"
#include "endpoint/paging.h"
#include "endpoint/reservation_json.h"
#include "sale/reservations.h"

namespace stagedoor {
namespace {

Outcome<http::Response> list_reservations(Call& call, Services& services) {
  const UserId user_id = call.user();
  const auto page = read_time_page<ReservationId>(call);
  if (call.refused()) return call.refusal();
  const auto found = sale::list_reservations(services.database, user_id, page.after, page.limit);
  return http::json(200, write_time_page(found, reservation_json));
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("list_reservations", argc, argv, stagedoor::list_reservations);
}
