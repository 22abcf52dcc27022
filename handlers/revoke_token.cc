// POST /api/v1/admin/queue/tokens/{token_id}/revoke
//
// 204 revoked, or ended before
// 404 not_found
#include "endpoint/endpoint.h"
#include "http/json_body.h"
#include "sale/leaving.h"

namespace stagedoor {
namespace {

Outcome<http::Response> revoke_token(const http::Request& request, Services& services) {
  const auto token_id = request.id_in_path<TokenId>("TOKEN_ID");
  if (!token_id) return token_id.error();
  if (const auto none = http::JsonBody::expect_none(request); !none) return none.error();
  auto room = services.waiting_room();
  const auto ended = sale::end_token(room, *token_id, EndReason::kRevoked);
  if (!ended) return ended.error();
  return http::no_content();
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("revoke_token", argc, argv, stagedoor::revoke_token);
}
