// POST /api/v1/reservations {date_id, seats: [12, 13]} or {date_id, best_available: 2, grade?}
//
// 201 the reservation. An Idempotency-Key is honoured.
// Refused, in this order: 422 idempotency_key_reused; 401/403 of the Queue-Token; 404 not_found;
// 403 wrong_concert; 410 sale_closed; 409 not_on_sale; 422 validation_failed; 409 hold_exists,
// seat_limit_exceeded, seat_unavailable or not_enough_seats
#include "endpoint/endpoint.h"
#include "endpoint/reservation_json.h"
#include "sale/reservations.h"

namespace stagedoor {
namespace {

SeatWish read_wish(http::JsonObject& body) {
  SeatWish wish;
  const auto numbers = body.optional_integers("seats", {INT64_MIN, INT64_MAX});
  wish.numbers = numbers.value_or(std::vector<std::int64_t>());
  wish.best_available = body.optional_integer("best_available", {1, kSeatsPerHoldMax});
  wish.grade = body.optional_text("grade", {1, 32});
  if (numbers.has_value() == wish.best_available.has_value()) {
    body.fail("seats", "give either seats or best_available");
  }
  if (wish.grade && !wish.best_available) body.fail("grade", "goes with best_available only");
  return wish;
}

Outcome<http::Response> reserve_seats(Call& call, Services& services) {
  const UserId user_id = call.user();
  const DateId date_id{call.body().integer("date_id", http::kIdRange)};
  const SeatWish wish = read_wish(call.body());
  const auto key = call.optional_key("reserve");
  const auto token = call.own_queue_token();
  if (call.refused()) return call.refusal();

  auto stores = services.line_stores();
  return sale::reserve_seats(stores, {user_id, token, date_id, wish, key}, reservation_json)
      .transform(answer_response);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("reserve_seats", argc, argv, stagedoor::reserve_seats);
}
