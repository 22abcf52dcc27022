#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/enum_text.h"
#include "base/id.h"

namespace stagedoor {

// PREQUEUED is how WAITING reads before the sale opens.
enum class TokenStatus { kPrequeued, kWaiting, kActive, kExpired };

enum class EndReason {
  kPaid,
  kHoldLapsed,
  kActiveLapsed,
  kNotClaimed,
  kLeft,
  kSoldOut,
  kSaleClosed,
  kRevoked,
};

constexpr auto enum_texts(TokenStatus /*of*/) {
  using enum TokenStatus;
  return std::array{EnumText{kPrequeued, "PREQUEUED"}, EnumText{kWaiting, "WAITING"},
                    EnumText{kActive, "ACTIVE"}, EnumText{kExpired, "EXPIRED"}};
}

constexpr auto enum_texts(EndReason /*of*/) {
  using enum EndReason;
  return std::array{EnumText{kPaid, "PAID"},
                    EnumText{kHoldLapsed, "HOLD_LAPSED"},
                    EnumText{kActiveLapsed, "ACTIVE_LAPSED"},
                    EnumText{kNotClaimed, "NOT_CLAIMED"},
                    EnumText{kLeft, "LEFT"},
                    EnumText{kSoldOut, "SOLD_OUT"},
                    EnumText{kSaleClosed, "SALE_CLOSED"},
                    EnumText{kRevoked, "REVOKED"}};
}

// A token as its row holds it. The row may lag behind: what has lapsed or ended with the whole line
// is decided by token_state().
struct TokenRecord {
  enum class Stored { kWaiting, kActive, kExpired };
  friend constexpr auto enum_texts(Stored /*of*/) {
    using enum Stored;
    return std::array{EnumText{kWaiting, "WAITING"}, EnumText{kActive, "ACTIVE"},
                      EnumText{kExpired, "EXPIRED"}};
  }
  Stored stored = Stored::kWaiting;
  std::optional<Time> admitted_at = {};
  std::optional<Time> claimed_at = {};
  std::optional<Time> active_until = {};
  std::optional<Time> held_until = {};
  std::optional<EndReason> reason = {};
};

// How the line has ended for one of its places, if it has.
struct LineEnd {
  std::optional<EndReason> reason = {};  // of the first end that came after this place joined
  bool closed = false;                   // the sale is closed now: every token has ended
};

struct TokenState {
  TokenStatus status = TokenStatus::kWaiting;
  std::optional<EndReason> reason = {};
  std::optional<Time> expires_at = {};  // of an ACTIVE one
};

// The state of a token at `now`.
TokenState token_state(const TokenRecord& record, const LineEnd& end, bool sale_opened, Time now);

}  // namespace stagedoor
