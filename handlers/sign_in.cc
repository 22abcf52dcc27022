// POST /api/v1/sessions {email, password}
//
// 201 {user_id, access_token, expires_at}
// 401 bad_credentials: the same answer at the same cost whether or not the e-mail address exists
// 429 too_many_attempts: of wrong passwords for one address, whether it exists or not
// 404 not_found: users come from an outside identity provider
#include "base/json_writer.h"
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"
#include "password/password.h"
#include "people/account_rules.h"
#include "people/passwords.h"

namespace stagedoor {
namespace {

Outcome<http::Response> sign_in(Call& call, Services& services) {
  expect_own_accounts(call, services);
  const std::string email = call.body().text("email", {1, 254});
  const std::string password = call.body().text("password", {1, 128});
  if (call.refused()) return call.refusal();

  return people::sign_in(services.database, normalised(email), password)
      .transform([&](UserId user_id) {
        JsonWriter json;
        json.begin_object().field("user_id", user_id);
        write_access_token(json, services, user_id);
        return http::json(201, json.end_object().take());
      });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  stagedoor::password::unknown_user_hash();  // made before the first request, not during it
  return stagedoor::run_endpoint("sign_in", argc, argv, stagedoor::sign_in);
}
