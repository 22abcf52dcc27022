// POST /api/v1/reservations {date_id, seats: [12, 13]} or {date_id, best_available: 2, grade?}
//
// 201 the reservation. An Idempotency-Key is honoured.
// Refused, in this order: 422 idempotency_key_reused; 401/403 of the Queue-Token; 404 not_found;
// 403 wrong_concert; 410 sale_closed; 409 not_on_sale; 422 validation_failed; 409 hold_exists,
// seat_limit_exceeded, seat_unavailable or not_enough_seats
#include "endpoint/endpoint.h"
#include "endpoint/idempotency_key.h"
#include "endpoint/queue_json.h"
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

Outcome<http::Response> reserve_seats(const http::Request& request, Services& services) {
  const auto user_id = request.user_id();
  if (!user_id) return user_id.error();
  auto body = http::JsonBody::parse(request);
  if (!body) return body.error();
  const DateId date_id{body->root().integer("date_id", http::kIdRange)};
  const SeatWish wish = read_wish(body->root());
  if (const auto checked = body->check(); !checked) return checked.error();
  const auto key = read_idempotency_key(request, "reserve", body->canonical());
  if (!key) return key.error();

  auto room = services.waiting_room();
  const auto answer = sale::reserve_seats(
      room, {*user_id, read_own_queue_token(request, services, *user_id), date_id, wish, *key},
      reservation_json);
  if (!answer) return answer.error();
  return answer_response(*answer);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("reserve_seats", argc, argv, stagedoor::reserve_seats);
}
