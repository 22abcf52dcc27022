// POST /api/v1/payments {reservation_id}, with an Idempotency-Key
//
// 201 the payment
// Refused, in this order: 422 idempotency_key_reused; 401/403 of the Queue-Token's signature and
// owner; 404 not_found; 409 already_paid, reservation_cancelled; 410 hold_expired;
// 402 insufficient_balance
#include "endpoint/endpoint.h"
#include "endpoint/idempotency_key.h"
#include "endpoint/payment_json.h"
#include "endpoint/queue_json.h"
#include "money/payments.h"

namespace stagedoor {
namespace {

Outcome<http::Response> pay(const http::Request& request, Services& services) {
  const auto user_id = request.user_id();
  if (!user_id) return user_id.error();
  auto body = http::JsonBody::parse(request);
  if (!body) return body.error();
  const auto reservation_id = body->root().id<ReservationId>("reservation_id");
  if (const auto checked = body->check(); !checked) return checked.error();
  const auto key = require_idempotency_key(request, "pay", body->canonical());
  if (!key) return key.error();

  auto room = services.waiting_room();
  const auto answer = money::pay(
      room, {*user_id, read_own_queue_token(request, services, *user_id), reservation_id, *key},
      payment_json);
  if (!answer) return answer.error();
  return answer_response(*answer);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("pay", argc, argv, stagedoor::pay);
}
