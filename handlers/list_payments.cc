// GET /api/v1/payments ?limit= &cursor=
//
// 200 {items: [payment...], next_cursor}: the user's own, newest first
#include "endpoint/endpoint.h"
#include "endpoint/paging.h"
#include "endpoint/payment_json.h"
#include "money/payments.h"

namespace stagedoor {
namespace {

Outcome<http::Response> list_payments(Call& call, Services& services) {
  const UserId user_id = call.user();
  const auto page = read_time_page<PaymentId>(call);
  if (call.refused()) return call.refusal();
  const auto found = money::list_payments(services.database, user_id, page.after, page.limit);
  return http::json(200, write_time_page(found, payment_json));
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("list_payments", argc, argv, stagedoor::list_payments);
}
