// DELETE /api/v1/reservations/{reservation_id}
//
// 204 the hold is released, or had ended before; the queue token stays
// 404 not_found; 409 already_paid
#include "endpoint/endpoint.h"
#include "http/json_body.h"
#include "sale/reservations.h"

namespace stagedoor {
namespace {

Outcome<http::Response> release_reservation(const http::Request& request, Services& services) {
  const auto user_id = request.user_id();
  if (!user_id) return user_id.error();
  const auto id = request.id_in_path<ReservationId>("RESERVATION_ID");
  if (!id) return id.error();
  if (const auto none = http::JsonBody::expect_none(request); !none) return none.error();
  auto room = services.waiting_room();
  const auto released = sale::release_reservation(room, *user_id, *id);
  if (!released) return released.error();
  return http::no_content();
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("release_reservation", argc, argv, stagedoor::release_reservation);
}
