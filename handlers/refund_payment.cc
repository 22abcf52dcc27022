// POST /api/v1/payments/{payment_id}/refund, with an Idempotency-Key
//
// 200 the payment, REFUNDED
// 404 not_found; 409 already_refunded, refund_closed; 422 balance_limit_exceeded
#include "endpoint/endpoint.h"
#include "endpoint/idempotency_key.h"
#include "endpoint/payment_json.h"
#include "money/payments.h"

namespace stagedoor {
namespace {

Outcome<http::Response> refund_payment(const http::Request& request, Services& services) {
  const auto user_id = request.user_id();
  if (!user_id) return user_id.error();
  const auto id = request.id_in_path<PaymentId>("PAYMENT_ID");
  if (!id) return id.error();
  if (const auto none = http::JsonBody::expect_none(request); !none) return none.error();
  const auto key = require_idempotency_key(request, "refund", "");
  if (!key) return key.error();

  auto room = services.waiting_room();
  const auto answer = money::refund(room, *user_id, *id, *key, payment_json);
  if (!answer) return answer.error();
  return answer_response(*answer);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("refund_payment", argc, argv, stagedoor::refund_payment);
}
