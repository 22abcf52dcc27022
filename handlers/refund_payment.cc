// POST /api/v1/payments/{payment_id}/refund, with an Idempotency-Key
//
// 200 the payment, REFUNDED
// 404 not_found; 409 already_refunded, refund_closed; 422 balance_limit_exceeded
#include "endpoint/endpoint.h"
#include "endpoint/payment_json.h"
#include "money/payments.h"

namespace stagedoor {
namespace {

Outcome<http::Response> refund_payment(Call& call, Services& services) {
  const UserId user_id = call.user();
  const auto payment_id = call.path<PaymentId>();
  call.expect_no_body();
  const auto key = call.key("refund");
  if (call.refused()) return call.refusal();

  auto stores = services.line_stores();
  return money::refund(stores, user_id, payment_id, key, payment_json).transform(answer_response);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("refund_payment", argc, argv, stagedoor::refund_payment);
}
