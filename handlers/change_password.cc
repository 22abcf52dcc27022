// PUT /api/v1/users/{user_id}/password {current_password, password}
//
// 204: all other sessions of the user end
// 401 bad_credentials: the current password is wrong; 429 too_many_attempts
// 403 forbidden: another user's; 404 not_found: users come from an outside identity provider
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"
#include "people/passwords.h"

namespace stagedoor {
namespace {

Outcome<http::Response> change_password(Call& call, Services& services) {
  const UserId user_id = call.own_path_user();
  const token::Identity session = call.session();
  expect_own_accounts(call, services);
  const std::string current = call.body().text("current_password", {1, 128});
  const std::string password = call.body().text("password", {10, 128});
  if (call.refused()) return call.refusal();
  return people::change_password(services.database, {user_id, current, password, session.key})
      .transform(http::done);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("change_password", argc, argv, stagedoor::change_password);
}
