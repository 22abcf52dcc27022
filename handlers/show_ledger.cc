// GET /api/v1/users/{user_id}/ledger ?limit= &cursor=
//
// 200 {items: [{entry_id, kind, amount, balance_after, reference, at}...], next_cursor}
//     newest first
// 403 forbidden: another user's; 404 not_found: an admin asks for nobody
#include "base/encoding.h"
#include "base/json_writer.h"
#include "endpoint/account_json.h"
#include "endpoint/endpoint.h"
#include "http/paging.h"
#include "money/ledger.h"

namespace stagedoor {
namespace {

void write_entry(JsonWriter& json, const money::LedgerEntry& entry) {
  json.begin_object()
      .field("entry_id", entry.id)
      .field("kind", entry.kind)
      .field("amount", entry.amount)
      .field("balance_after", entry.balance_after)
      .field("reference", entry.reference)
      .field("at", entry.at)
      .end_object();
}

Outcome<http::Response> show_ledger(const http::Request& request, Services& services) {
  const auto user = read_user_in_path(request, services);
  if (!user) return user.error();
  const auto page = http::read_page(request, 1);
  if (!page) return page.error();
  std::optional<std::int64_t> after;
  if (page->after) {
    after = parse_integer(page->after->front());
    if (!after) return Refused::fields({{"cursor", "is not a cursor of this list"}});
  }
  const auto found = money::list_ledger(services.database, user->id, after, page->limit);
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const money::LedgerEntry& entry : found.items) write_entry(json, entry);
  json.end_array().key("next_cursor");
  if (found.more) {
    json.value(http::encode_cursor({std::to_string(found.items.back().id)}));
  } else {
    json.value(nullptr);
  }
  return http::json(200, json.end_object().take());
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_ledger", argc, argv, stagedoor::show_ledger);
}
