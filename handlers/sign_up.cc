// POST /api/v1/users {name, email, password}
//
// 201 {user_id, name, email, access_token, expires_at}
// 409 email_taken
// 404 not_found: users come from an outside identity provider
#include "base/json_writer.h"
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"
#include "http/json_body.h"
#include "password/password.h"
#include "people/account_rules.h"
#include "people/accounts.h"

namespace stagedoor {
namespace {

Outcome<http::Response> sign_up(const http::Request& request, Services& services) {
  if (!services.access_tokens.can_sign()) return Refused{Refusal::kNotFound};
  auto body = http::JsonBody::parse(request);
  if (!body) return body.error();
  http::JsonObject& fields = body->root();
  const std::string name = fields.text("name", {1, 100});
  const std::string email = fields.text("email", {3, 254});
  const std::string password = fields.text("password", {10, 128});
  if (!is_readable(name)) fields.fail("name", "must be readable text");
  if (!is_email(email)) fields.fail("email", "must be an e-mail address");
  if (const auto checked = body->check(); !checked) return checked.error();

  const auto user_id =
      people::create_user(services.database, {name, email, password::hash(password)});
  if (!user_id) return user_id.error();
  JsonWriter json;
  json.begin_object().field("user_id", *user_id).field("name", name).field("email", email);
  write_access_token(json, services, *user_id);
  return http::json(201, json.end_object().take());
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("sign_up", argc, argv, stagedoor::sign_up);
}
