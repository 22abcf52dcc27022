// POST /api/v1/password-resets {email}
//
// 202 always, at the same cost: a letter with a link, if the address has an account
// 404 not_found: users come from an outside identity provider
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"
#include "people/passwords.h"

namespace stagedoor {
namespace {

Outcome<http::Response> request_password_reset(Call& call, Services& services) {
  expect_own_accounts(call, services);
  http::JsonObject& body = call.body();
  const std::string email = read_email(body.text("email", {3, 254}), body);
  if (call.refused()) return call.refusal();
  people::request_reset(services.database, email);
  return http::json(202, "{}");
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("request_password_reset", argc, argv,
                                 stagedoor::request_password_reset);
}
