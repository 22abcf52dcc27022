// DELETE /api/v1/users/{user_id}/sessions
//
// 204: all access tokens that were issued before now end, everywhere within two seconds
// 403 forbidden: another user's; 404 not_found: an admin names an unknown user
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"
#include "people/sessions.h"

namespace stagedoor {
namespace {

Outcome<http::Response> end_sessions(Call& call, Services& services) {
  call.expect_no_body();
  const UserInPath user = read_user_in_path(call, services);
  if (call.refused()) return call.refusal();
  people::end_all_sessions(services.database, user.id);
  return http::no_content();
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("end_sessions", argc, argv, stagedoor::end_sessions);
}
