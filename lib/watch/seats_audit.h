#pragma once

#include "base/id.h"
#include "watch/audit_run.h"

namespace stagedoor::watch {

// The seats of one date, by number.
void audit_seats(AuditRun& run, ConcertId concert_id, DateId date_id);

}  // namespace stagedoor::watch
