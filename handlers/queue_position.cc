// GET /api/v1/queue/tokens/current, with a Queue-Token alone
//
// 200 a queue state, also of an EXPIRED token
// 401 queue_token_required, queue_token_invalid
#include "endpoint/endpoint.h"
#include "endpoint/queue_json.h"

namespace stagedoor {
namespace {

Outcome<http::Response> queue_position(const http::Request& request, Services& services) {
  const auto claims = read_queue_token(request, services);
  if (!claims) return claims.error();
  auto room = services.waiting_room();
  const auto state = line::find_queue_state(room, *claims);
  if (!state) return state.error();
  return queue_response(200, *state, services);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("queue_position", argc, argv, stagedoor::queue_position);
}
