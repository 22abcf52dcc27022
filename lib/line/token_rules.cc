#include "line/token_rules.h"

#include <algorithm>

namespace stagedoor {
namespace {

TokenState expired(EndReason reason) { return {TokenStatus::kExpired, reason, {}}; }

TokenState active_state(const TokenRecord& record, Time now) {
  if (record.held_until) {
    // A live hold stretches the token, and a lapsed one ends it, whatever its active time.
    if (now >= *record.held_until) return expired(EndReason::kHoldLapsed);
    return {TokenStatus::kActive, {}, std::max(*record.held_until, *record.active_until)};
  }
  if (now < *record.active_until) return {TokenStatus::kActive, {}, record.active_until};
  return expired(record.claimed_at ? EndReason::kActiveLapsed : EndReason::kNotClaimed);
}

}  // namespace

TokenState token_state(const TokenRecord& record, const LineEnd& end, bool sale_opened, Time now) {
  if (record.stored == TokenRecord::Stored::kExpired) return expired(*record.reason);
  if (end.reason) return expired(*end.reason);
  if (end.closed) return expired(EndReason::kSaleClosed);
  if (record.stored == TokenRecord::Stored::kActive) return active_state(record, now);
  return {sale_opened ? TokenStatus::kWaiting : TokenStatus::kPrequeued, {}, {}};
}

}  // namespace stagedoor
