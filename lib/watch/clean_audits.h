#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "db/connection.h"

namespace stagedoor::watch {

// How far an audit can vouch: what was committed up to then. Transactions that were under way then
// belong to the next one.
struct AuditMark {
  Time until;
  std::int64_t last_entry = 0;  // of the ledger
};

// As of now. REQUIRES: the audit begins afterwards.
AuditMark make_audit_mark(db::Connection& database);

// That of the last audit that found nothing.
std::optional<AuditMark> find_audit_mark(db::Connection& database);
void record_clean_audit(db::Connection& database, const AuditMark& mark);

// An SQL condition that a concert, named by a column, may have changed since the mark's time, its
// one parameter: it was on sale, or tickets could be returned, and what was left open then had a
// day.
std::string may_have_changed(const std::string& concert_id);

}  // namespace stagedoor::watch
