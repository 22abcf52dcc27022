#pragma once

#include <string>
#include <vector>

#include "db/transaction.h"

namespace stagedoor::watch {

// The admissions that came faster than the pace in force, or before an earlier one, in the words of
// the audit; at most `count`. It replays the bucket of the pace from the records alone, row by row.
std::vector<std::string> admissions_off_pace(db::Snapshot& snapshot, std::size_t count);

}  // namespace stagedoor::watch
