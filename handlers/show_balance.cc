// GET /api/v1/users/{user_id}/balance
//
// 200 {user_id, name, balance, currency}
// 403 forbidden: another user's; 404 not_found: an admin asks for an unknown user
#include "base/json_writer.h"
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"

namespace stagedoor {
namespace {

Outcome<http::Response> show_balance(Call& call, Services& services) {
  const UserInPath user = read_user_in_path(call, services);
  if (call.refused()) return call.refusal();
  JsonWriter json;
  json.begin_object()
      .field("user_id", user.id)
      .field("name", user.account.name)
      .field("balance", user.account.balance)
      .field("currency", services.config.currency)
      .end_object();
  return http::json(200, json.take());
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_balance", argc, argv, stagedoor::show_balance);
}
