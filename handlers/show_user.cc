// GET /api/v1/users/{user_id}
//
// 200 {user_id, name, email, email_verified, role, language, created_at}
// 403 forbidden: another user's; 404 not_found: an admin asks for an unknown user
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"

namespace stagedoor {
namespace {

Outcome<http::Response> show_user(Call& call, Services& services) {
  const UserInPath user = read_user_in_path(call, services);
  if (call.refused()) return call.refusal();
  return http::json(200, user_json(user));
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_user", argc, argv, stagedoor::show_user);
}
