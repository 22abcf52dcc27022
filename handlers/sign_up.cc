// POST /api/v1/users {name, email, password}
//
// 201 {user_id, name, email, access_token, expires_at}
// 409 email_taken
// 404 not_found: users come from an outside identity provider
#include "base/json_writer.h"
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"
#include "password/password.h"

namespace stagedoor {
namespace {

Outcome<http::Response> sign_up(Call& call, Services& services) {
  expect_own_accounts(call, services);
  http::JsonObject& body = call.body();
  const std::string name = read_name(body.text("name", {1, 100}), body);
  const std::string email = read_email(body.text("email", {3, 254}), body);
  const std::string password = read_new_password(body, email);
  if (call.refused()) return call.refusal();

  return people::create_user(services.database, {name, email, password::hash(password)})
      .transform([&](UserId user_id) {
        JsonWriter json;
        json.begin_object().field("user_id", user_id).field("name", name).field("email", email);
        write_access_token(json, services, user_id);
        return http::json(201, json.end_object().take());
      });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("sign_up", argc, argv, stagedoor::sign_up);
}
