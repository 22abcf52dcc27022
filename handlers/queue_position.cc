// GET /api/v1/queue/tokens/current, with a Queue-Token alone
//
// 200 a queue state, also of an EXPIRED token
// 401 queue_token_required, queue_token_invalid
#include "endpoint/endpoint.h"
#include "endpoint/queue_json.h"

namespace stagedoor {
namespace {

Outcome<http::Response> queue_position(Call& call, Services& services) {
  const QueueTokenClaims claims = call.queue_token();
  if (call.refused()) return call.refusal();
  auto stores = services.line_stores();
  return line::find_queue_state(stores, claims).transform([&](const line::QueueState& state) {
    return queue_response(200, state, services);
  });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("queue_position", argc, argv, stagedoor::queue_position);
}
