// DELETE /api/v1/users/{user_id} {password}
//
// 204: name, address and password are erased, sessions end, and the user leaves all lines
// 401 bad_credentials: the password is wrong; 429 too_many_attempts
// 409 account_in_use: an open hold, a date with tickets to come, or a balance that is not 0
// 403 forbidden: another user's; 404 not_found: users come from an outside identity provider
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"
#include "people/passwords.h"
#include "sale/accounts.h"

namespace stagedoor {
namespace {

Outcome<http::Response> delete_user(Call& call, Services& services) {
  const UserId user_id = call.own_path_user();
  expect_own_accounts(call, services);
  const std::string password = call.body().text("password", {1, 128});
  if (call.refused()) return call.refusal();
  const auto confirmed = people::confirm_password(services.database, user_id, password);
  if (!confirmed) return confirmed.error();
  auto stores = services.line_stores();
  return sale::close_account(stores, user_id).transform(http::done);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("delete_user", argc, argv, stagedoor::delete_user);
}
