// GET /api/v1/users/{user_id}
//
// 200 {user_id, name, email, created_at}
// 403 forbidden: another user's; 404 not_found: an admin asks for an unknown user
#include "base/json_writer.h"
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"

namespace stagedoor {
namespace {

Outcome<http::Response> show_user(Call& call, Services& services) {
  const UserInPath user = read_user_in_path(call, services);
  if (call.refused()) return call.refusal();
  JsonWriter json;
  json.begin_object()
      .field("user_id", user.id)
      .field("name", user.account.name)
      .field("email", user.account.email)
      .field("created_at", user.account.created_at)
      .end_object();
  return http::json(200, json.take());
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_user", argc, argv, stagedoor::show_user);
}
