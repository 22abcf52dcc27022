// DELETE /api/v1/sessions/current
//
// 204: this access token ends, everywhere within two seconds
#include "endpoint/endpoint.h"
#include "people/sessions.h"

namespace stagedoor {
namespace {

Outcome<http::Response> sign_out(Call& call, Services& services) {
  const token::Identity session = call.session();
  call.expect_no_body();
  if (call.refused()) return call.refusal();
  people::end_session(services.database,
                      {session.user_id, session.key, session.issued_at, session.expires_at});
  return http::no_content();
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("sign_out", argc, argv, stagedoor::sign_out);
}
