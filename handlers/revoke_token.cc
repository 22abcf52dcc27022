// POST /api/v1/admin/queue/tokens/{token_id}/revoke
//
// 204 revoked, or ended before
// 404 not_found
#include "endpoint/endpoint.h"
#include "sale/leaving.h"

namespace stagedoor {
namespace {

Outcome<http::Response> revoke_token(Call& call, Services& services) {
  const auto token_id = call.path<TokenId>();
  call.expect_no_body();
  if (call.refused()) return call.refusal();
  auto stores = services.line_stores();
  return sale::end_token(stores, token_id, EndReason::kRevoked).transform(http::done);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("revoke_token", argc, argv, stagedoor::revoke_token);
}
