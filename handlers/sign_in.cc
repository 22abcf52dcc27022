// POST /api/v1/sessions {email, password}
//
// 201 {user_id, access_token, expires_at}
// 401 bad_credentials: the same answer at the same cost whether or not the e-mail address exists
// 404 not_found: users come from an outside identity provider
#include "base/json_writer.h"
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"
#include "password/password.h"
#include "people/accounts.h"

namespace stagedoor {
namespace {

Outcome<http::Response> sign_in(Call& call, Services& services) {
  if (!services.access_tokens.can_sign()) call.refuse_path(Refusal::kNotFound);
  const std::string email = call.body().text("email", {1, 254});
  const std::string password = call.body().text("password", {1, 128});
  if (call.refused()) return call.refusal();

  const auto found = people::find_credentials(services.database, email);
  const std::string& stored = found ? found->password_hash : password::unknown_user_hash();
  const bool matches = password::verify(password, stored);
  if (!found || !matches) return Refused{Refusal::kBadCredentials};
  JsonWriter json;
  json.begin_object().field("user_id", found->user_id);
  write_access_token(json, services, found->user_id);
  return http::json(201, json.end_object().take());
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  stagedoor::password::unknown_user_hash();  // made before the first request, not during it
  return stagedoor::run_endpoint("sign_in", argc, argv, stagedoor::sign_in);
}
