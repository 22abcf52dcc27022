// POST /api/v1/payments {reservation_id}, with an Idempotency-Key
//
// 201 the payment
// Refused, in this order: 422 idempotency_key_reused; 401/403 of the Queue-Token's signature and
// owner; 404 not_found; 409 already_paid, reservation_cancelled; 410 hold_expired;
// 402 insufficient_balance
#include "endpoint/endpoint.h"
#include "endpoint/payment_json.h"
#include "money/payments.h"

namespace stagedoor {
namespace {

Outcome<http::Response> pay(Call& call, Services& services) {
  const UserId user_id = call.user();
  const auto reservation_id = call.body().id<ReservationId>("reservation_id");
  const auto key = call.key("pay");
  const auto token = call.own_queue_token();
  if (call.refused()) return call.refusal();

  auto stores = services.line_stores();
  return money::pay(stores, {user_id, token, reservation_id, key}, payment_json)
      .transform(answer_response);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("pay", argc, argv, stagedoor::pay);
}
