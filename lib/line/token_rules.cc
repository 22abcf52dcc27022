#include "line/token_rules.h"

#include <algorithm>
#include <array>
#include <utility>

namespace stagedoor {
namespace {

constexpr std::array<std::pair<EndReason, std::string_view>, 8> kReasonNames = {{
    {EndReason::kPaid, "PAID"},
    {EndReason::kHoldLapsed, "HOLD_LAPSED"},
    {EndReason::kActiveLapsed, "ACTIVE_LAPSED"},
    {EndReason::kNotClaimed, "NOT_CLAIMED"},
    {EndReason::kLeft, "LEFT"},
    {EndReason::kSoldOut, "SOLD_OUT"},
    {EndReason::kSaleClosed, "SALE_CLOSED"},
    {EndReason::kRevoked, "REVOKED"},
}};

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

std::string_view token_status_name(TokenStatus status) {
  switch (status) {
    case TokenStatus::kPrequeued:
      return "PREQUEUED";
    case TokenStatus::kWaiting:
      return "WAITING";
    case TokenStatus::kActive:
      return "ACTIVE";
    case TokenStatus::kExpired:
      return "EXPIRED";
  }
  return "EXPIRED";
}

std::string_view end_reason_name(EndReason reason) {
  for (const auto& [value, name] : kReasonNames) {
    if (value == reason) return name;
  }
  return "";
}

std::optional<EndReason> parse_end_reason(std::string_view text) {
  for (const auto& [value, name] : kReasonNames) {
    if (name == text) return value;
  }
  return std::nullopt;
}

TokenState token_state(const TokenRecord& record, const LineEnd& end, bool sale_opened, Time now) {
  if (record.stored == TokenRecord::Stored::kExpired) return expired(*record.reason);
  if (end.reason) return expired(*end.reason);
  if (end.closed) return expired(EndReason::kSaleClosed);
  if (record.stored == TokenRecord::Stored::kActive) return active_state(record, now);
  return {sale_opened ? TokenStatus::kWaiting : TokenStatus::kPrequeued, {}, {}};
}

}  // namespace stagedoor
