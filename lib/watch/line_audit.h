#pragma once

#include "base/id.h"
#include "watch/audit_run.h"

namespace stagedoor::watch {

// The line of one concert: its admissions, then its places in order, a block at a time. What an
// admission after the first slice changed is left to the next audit. Its memory grows by 48 bytes
// per admission.
void audit_line(AuditRun& run, ConcertId concert_id);

}  // namespace stagedoor::watch
