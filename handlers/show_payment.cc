// GET /api/v1/payments/{payment_id}
//
// 200 the payment
// 404 not_found: it is not there, or not the user's
#include "endpoint/endpoint.h"
#include "endpoint/payment_json.h"
#include "money/payments.h"

namespace stagedoor {
namespace {

Outcome<http::Response> show_payment(Call& call, Services& services) {
  const UserId user_id = call.user();
  const auto id = call.path<PaymentId>();
  if (call.refused()) return call.refusal();
  return money::find_payment(services.database, user_id, id).transform([](const Payment& payment) {
    return http::json(200, payment_json(payment));
  });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_payment", argc, argv, stagedoor::show_payment);
}
