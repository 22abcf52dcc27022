#include "watch/audit.h"

#include <utility>

#include "watch/audit_run.h"
#include "watch/clean_audits.h"
#include "watch/line_audit.h"
#include "watch/rows_audit.h"
#include "watch/seats_audit.h"

namespace stagedoor::watch {
namespace {

constexpr Time kBeforeAll{std::chrono::sys_days{std::chrono::year{1000} / 1 / 1}};

// Those that something is left of, too.
const std::string kSelectLines =
    "SELECT concert_id FROM (SELECT concert_id FROM concerts UNION SELECT concert_id FROM queues"
    " UNION SELECT concert_id FROM queue_counters) AS lines_to_audit WHERE " +
    may_have_changed("lines_to_audit.concert_id") + " ORDER BY concert_id";
const std::string kSelectDates = "SELECT d.concert_id, d.date_id FROM dates d WHERE " +
                                 may_have_changed("d.concert_id") + " ORDER BY d.date_id";

std::vector<ConcertId> lines_since(db::Connection& database, Time since) {
  std::vector<ConcertId> lines;
  for (db::Rows rows = database.query(kSelectLines.c_str(), since); rows.next();) {
    rows.read(lines.emplace_back());
  }
  return lines;
}

std::vector<std::pair<ConcertId, DateId>> dates_since(db::Connection& database, Time since) {
  std::vector<std::pair<ConcertId, DateId>> dates;
  for (db::Rows rows = database.query(kSelectDates.c_str(), since); rows.next();) {
    auto& [concert_id, date_id] = dates.emplace_back();
    rows.read(concert_id, date_id);
  }
  return dates;
}

}  // namespace

AuditResult audit(db::Connection& database, const AuditOptions& options) {
  const AuditMark mark = make_audit_mark(database);
  const auto last = options.since_last ? find_audit_mark(database) : std::nullopt;
  const Time since = last ? last->until : kBeforeAll;
  AuditRun run(database, options);
  for (const ConcertId id : lines_since(database, since)) audit_line(run, id);
  for (const auto& [concert_id, date_id] : dates_since(database, since)) {
    audit_seats(run, concert_id, date_id);
  }
  audit_rows(run, last);
  AuditResult result = run.result();
  if (last) result.since = last->until;
  if (result.violations.empty()) record_clean_audit(database, mark);
  return result;
}

}  // namespace stagedoor::watch
