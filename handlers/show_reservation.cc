// GET /api/v1/reservations/{reservation_id}
//
// 200 the reservation
// 404 not_found: it is not there, or not the user's
#include "endpoint/endpoint.h"
#include "endpoint/reservation_json.h"
#include "sale/reservations.h"

namespace stagedoor {
namespace {

Outcome<http::Response> show_reservation(Call& call, Services& services) {
  const UserId user_id = call.user();
  const auto id = call.path<ReservationId>();
  if (call.refused()) return call.refusal();
  return sale::find_reservation(services.database, user_id, id)
      .transform([](const Reservation& reservation) {
        return http::json(200, reservation_json(reservation));
      });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_reservation", argc, argv, stagedoor::show_reservation);
}
