// GET /api/v1/concerts/{concert_id}/admissions ?limit= &cursor=
//
// 200 {items: [{admission, admitted_at, admitted, after_place, up_to_place, ...}...], next_cursor}
//     oldest first
// 404 not_found
#include "endpoint/endpoint.h"
#include "endpoint/paging.h"
#include "http/caching.h"
#include "line/admissions.h"

namespace stagedoor {
namespace {

using line::AdmissionRecord;

void write_admission(JsonWriter& json, const AdmissionRecord& record) {
  json.begin_object()
      .field("admission", record.admission)
      .field("admitted_at", record.admitted_at)
      .field("admitted", record.admitted)
      .field("after_place", record.after_place)
      .field("up_to_place", record.up_to_place)
      .field("active_after", record.active_after)
      .field("max_active", record.max_active)
      .field("admit_per_minute", record.admit_per_minute)
      .end_object();
}

Outcome<http::Response> list_admissions(Call& call, Services& services) {
  const auto id = call.path<ConcertId>();
  const auto page = call.page<std::int64_t>();
  if (call.refused()) return call.refusal();
  const std::int64_t after = page.after ? std::get<0>(*page.after) : 0;
  const auto found = line::list_admissions(services.database, id, after, page.limit);
  if (!found) return found.error();
  std::string body = write_list(
      found->items, found->more, write_admission,
      [](const AdmissionRecord& record) { return http::encode_cursor(record.admission); });
  // A page with another one behind it never changes.
  const char* const age = found->more ? http::kImmutable : "public, max-age=1";
  return http::cacheable_json(call.request(), std::move(body), age);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("list_admissions", argc, argv, stagedoor::list_admissions);
}
