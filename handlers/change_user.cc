// PATCH /api/v1/users/{user_id} {name?, email?, language?}
//
// 200 {user_id, name, email, email_verified, role, language, created_at}
//     a new address counts when the link in the letter to it is used
// 409 email_taken; 429 too_many_attempts: enough letters were sent to that address
// 403 forbidden: another user's; 404 not_found: users come from an outside identity provider
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"

namespace stagedoor {
namespace {

people::AccountChanges read_changes(http::JsonObject& body) {
  people::AccountChanges changes{body.optional_text("name", {1, 100}),
                                 body.optional_text("email", {3, 254})};
  if (changes.name) changes.name = read_name(*changes.name, body);
  if (changes.email) changes.email = read_email(*changes.email, body);
  if (const auto language = body.optional_text("language", {1, 8})) {
    changes.language = parse_enum<Language>(*language);
    if (!changes.language) body.fail("language", "must be ko or en");
  }
  return changes;
}

Outcome<http::Response> change_user(Call& call, Services& services) {
  const UserId user_id = call.own_path_user();
  expect_own_accounts(call, services);
  const people::AccountChanges changes = read_changes(call.body());
  if (call.refused()) return call.refusal();
  people::ensure_user(services.database, user_id);
  return people::change_account(services.database, user_id, changes).transform([&](Done) {
    return http::json(200, user_json(find_caller(call, user_id, services)));
  });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("change_user", argc, argv, stagedoor::change_user);
}
