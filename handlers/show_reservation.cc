// GET /api/v1/reservations/{reservation_id}
//
// 200 the reservation
// 404 not_found: it is not there, or not the user's
#include "endpoint/endpoint.h"
#include "endpoint/reservation_json.h"
#include "sale/reservations.h"

namespace stagedoor {
namespace {

Outcome<http::Response> show_reservation(const http::Request& request, Services& services) {
  const auto user_id = request.user_id();
  if (!user_id) return user_id.error();
  const auto id = request.id_in_path<ReservationId>("RESERVATION_ID");
  if (!id) return id.error();
  const auto reservation = sale::find_reservation(services.database, *user_id, *id);
  if (!reservation) return reservation.error();
  return http::json(200, reservation_json(*reservation));
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_reservation", argc, argv, stagedoor::show_reservation);
}
