// GET /api/v1/users/{user_id}/ledger ?limit= &cursor=
//
// 200 {items: [{entry_id, kind, amount, balance_after, reference, at}...], next_cursor}
//     newest first
// 403 forbidden: another user's; 404 not_found: an admin asks for an unknown user
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"
#include "endpoint/paging.h"
#include "money/ledger.h"

namespace stagedoor {
namespace {

Outcome<http::Response> show_ledger(Call& call, Services& services) {
  const UserInPath user = read_user_in_path(call, services);
  const auto page = call.page<std::int64_t>();
  if (call.refused()) return call.refusal();
  std::optional<std::int64_t> after;
  if (page.after) after = std::get<0>(*page.after);
  const auto found = money::list_ledger(services.database, user.id, after, page.limit);
  return http::json(200, write_list(found.items, found.more, write_ledger_entry,
                                    [](const money::LedgerEntry& entry) {
                                      return http::encode_cursor(entry.id);
                                    }));
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_ledger", argc, argv, stagedoor::show_ledger);
}
