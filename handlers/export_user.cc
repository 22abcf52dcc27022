// GET /api/v1/users/{user_id}/export
//
// 200 {user, balance, currency, ledger, places, reservations, payments, letters, idempotency_keys}
//     all that is stored about the user
// 403 forbidden: another user's
#include "endpoint/endpoint.h"
#include "endpoint/export_json.h"

namespace stagedoor {
namespace {

Outcome<http::Response> export_user(Call& call, Services& services) {
  const UserId user_id = call.own_path_user();
  if (call.refused()) return call.refusal();
  people::ensure_user(services.database, user_id);
  http::Response response =
      http::json(200, export_json(find_caller(call, user_id, services), services));
  response.headers.emplace_back("Content-Disposition", "attachment; filename=stagedoor.json");
  return response;
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("export_user", argc, argv, stagedoor::export_user);
}
