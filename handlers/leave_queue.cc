// DELETE /api/v1/queue/tokens/current, with a Queue-Token alone
//
// 204 left; again: 204
// 401 queue_token_required, queue_token_invalid
#include "endpoint/endpoint.h"
#include "sale/leaving.h"

namespace stagedoor {
namespace {

Outcome<http::Response> leave_queue(Call& call, Services& services) {
  const QueueTokenClaims claims = call.queue_token();
  call.expect_no_body();
  if (call.refused()) return call.refusal();
  auto stores = services.line_stores();
  return sale::end_token(stores, claims.token_id, EndReason::kLeft).transform(http::done);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("leave_queue", argc, argv, stagedoor::leave_queue);
}
