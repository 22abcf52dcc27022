#include "line/admissions.h"

#include "db/columns.h"

namespace stagedoor::line {
namespace {

constexpr const char* kSelectQueue = "SELECT concert_id FROM queues WHERE concert_id = ?";

const db::Select<AdmissionRecord> kSelectAdmissions(
    {{"admission", &AdmissionRecord::admission},
     {"admitted_at", &AdmissionRecord::admitted_at},
     {"admitted", &AdmissionRecord::admitted},
     {"front_before", &AdmissionRecord::after_place},
     {"front_place", &AdmissionRecord::up_to_place},
     {"active_after", &AdmissionRecord::active_after},
     {"max_active", &AdmissionRecord::max_active},
     {"admit_per_minute", &AdmissionRecord::admit_per_minute}},
    "FROM admissions WHERE concert_id = ? AND admission > ? ORDER BY admission LIMIT ?");

}  // namespace

Outcome<AdmissionPage> list_admissions(db::Connection& database, ConcertId concert_id,
                                       std::int64_t after, int limit) {
  if (!database.query(kSelectQueue, concert_id).next()) return Refused{Refusal::kNotFound};
  AdmissionPage page{.items = kSelectAdmissions.all(database, concert_id, after, limit + 1)};
  page.more = page.items.size() > static_cast<std::size_t>(limit);
  if (page.more) page.items.pop_back();
  return page;
}

}  // namespace stagedoor::line
