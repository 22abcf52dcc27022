#pragma once

#include <optional>

#include "watch/audit_run.h"
#include "watch/clean_audits.h"

namespace stagedoor::watch {

// Users, ledger, reservations and payments, each in slices by primary key: whatever belongs to a
// row is found from there by index. With a mark: what may have changed since.
void audit_rows(AuditRun& run, const std::optional<AuditMark>& since);

}  // namespace stagedoor::watch
