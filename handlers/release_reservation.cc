// DELETE /api/v1/reservations/{reservation_id}
//
// 204 the hold is released, or had ended before; the queue token stays
// 404 not_found; 409 already_paid
#include "endpoint/endpoint.h"
#include "sale/reservations.h"

namespace stagedoor {
namespace {

Outcome<http::Response> release_reservation(Call& call, Services& services) {
  const UserId user_id = call.user();
  const auto id = call.path<ReservationId>();
  call.expect_no_body();
  if (call.refused()) return call.refusal();
  auto stores = services.line_stores();
  return sale::release_reservation(stores, user_id, id).transform(http::done);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("release_reservation", argc, argv, stagedoor::release_reservation);
}
