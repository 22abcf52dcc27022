// DELETE /api/v1/queue/tokens/current, with a Queue-Token alone
//
// 204 left; again: 204
// 401 queue_token_required, queue_token_invalid
#include "endpoint/endpoint.h"
#include "endpoint/queue_json.h"
#include "http/json_body.h"
#include "sale/leaving.h"

namespace stagedoor {
namespace {

Outcome<http::Response> leave_queue(const http::Request& request, Services& services) {
  const auto claims = read_queue_token(request, services);
  if (!claims) return claims.error();
  if (const auto none = http::JsonBody::expect_none(request); !none) return none.error();
  auto room = services.waiting_room();
  const auto ended = sale::end_token(room, claims->token_id, EndReason::kLeft);
  if (!ended) return ended.error();
  return http::no_content();
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("leave_queue", argc, argv, stagedoor::leave_queue);
}
