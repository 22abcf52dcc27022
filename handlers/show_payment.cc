// GET /api/v1/payments/{payment_id}
//
// 200 the payment
// 404 not_found: it is not there, or not the user's
#include "endpoint/endpoint.h"
#include "endpoint/payment_json.h"
#include "money/payments.h"

namespace stagedoor {
namespace {

Outcome<http::Response> show_payment(const http::Request& request, Services& services) {
  const auto user_id = request.user_id();
  if (!user_id) return user_id.error();
  const auto id = request.id_in_path<PaymentId>("PAYMENT_ID");
  if (!id) return id.error();
  const auto payment = money::find_payment(services.database, *user_id, *id);
  if (!payment) return payment.error();
  return http::json(200, payment_json(*payment));
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_payment", argc, argv, stagedoor::show_payment);
}
