#include "watch/clean_audits.h"

#include "db/columns.h"

namespace stagedoor::watch {
namespace {

constexpr const char* kNewMark = "SELECT SYSDATE(6) - INTERVAL 1 MINUTE";
constexpr const char* kLastEntryBefore =
    "SELECT entry_id FROM ledger_entries WHERE at < ? ORDER BY entry_id DESC LIMIT 1";

const db::Select<AuditMark> kSelectMark({{"audited_until", &AuditMark::until},
                                         {"last_entry", &AuditMark::last_entry}},
                                        "FROM clean_audits ORDER BY audit_id DESC LIMIT 1");
constexpr const char* kInsertMark =
    "INSERT INTO clean_audits (audited_until, last_entry, ended_at) VALUES (?, ?, SYSDATE(6))";

}  // namespace

AuditMark make_audit_mark(db::Connection& database) {
  AuditMark mark;
  database.query(kNewMark).read_first(mark.until);
  database.query(kLastEntryBefore, mark.until).read_first(mark.last_entry);
  return mark;
}

std::optional<AuditMark> find_audit_mark(db::Connection& database) {
  return kSelectMark.first(database);
}

void record_clean_audit(db::Connection& database, const AuditMark& mark) {
  database.execute(kInsertMark, mark.until, mark.last_entry);
}

std::string may_have_changed(const std::string& concert_id) {
  return "COALESCE((SELECT GREATEST(c.last_date_at, COALESCE(c.refund_until, c.last_date_at))"
         " FROM concerts c WHERE c.concert_id = " +
         concert_id + "), '9999-12-31') > ? - INTERVAL 2 DAY";
}

}  // namespace stagedoor::watch
