#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"

// How often one account may be tried, whoever tries and from wherever.
namespace stagedoor {

inline constexpr int kWrongPasswordsMax = 10;
inline constexpr int kLettersMax = 3;
// Within this time.
inline constexpr std::chrono::minutes kAttemptsKept{15};
// More are not counted: the wait grows no longer.
inline constexpr int kAttemptsCounted = 16;

// The attempts at an account before one more, as far back as they are kept.
struct Attempts {
  int count = 0;
  std::optional<Time> last_at = {};
  Time now = {};
};

// How long an account must be left alone from this attempt on, which counts as one more of them;
// nothing when it may be tried. It doubles with each attempt, from half a minute to a quarter of an
// hour.
std::optional<std::chrono::seconds> wait_of(const Attempts& before);

}  // namespace stagedoor
