#pragma once

#include <functional>
#include <string>
#include <vector>

#include "line/queue_tokens.h"

namespace stagedoor::watch {

struct SweepSummary {
  std::int64_t lines_advanced = 0;
  std::int64_t tokens_tidied = 0;
  std::int64_t holds_expired = 0;
  std::int64_t keys_pruned = 0;
  std::int64_t concerts_archived = 0;
  std::int64_t beacons_noted = 0;
  Micros took = {};
  std::vector<std::string> errors = {};  // what failed; the other parts were still done
};

// Writes down lapsed holds, gets the random values of draws, advances every line that is not empty,
// tidies up what has ended, and then sends what alerts there are.
SweepSummary sweep(line::LineStores stores, const std::string& beacon_url,
                   const std::function<void()>& send_alerts);

std::string summary_json(const SweepSummary& summary);

}  // namespace stagedoor::watch
