#include "people/attempt_rules.h"

#include <algorithm>

namespace stagedoor {
namespace {

constexpr std::chrono::seconds kFirstWait{30};

// REQUIRES: count is kWrongPasswordsMax or more.
std::chrono::seconds wait_after(int count) {
  const int doublings = std::min(count, kAttemptsCounted) - kWrongPasswordsMax;
  return std::min<std::chrono::seconds>(kFirstWait * (1 << doublings), kAttemptsKept);
}

}  // namespace

std::optional<std::chrono::seconds> wait_of(const Attempts& before) {
  if (before.count < kWrongPasswordsMax) return std::nullopt;
  if (before.now >= *before.last_at + wait_after(before.count)) return std::nullopt;
  return wait_after(before.count + 1);
}

}  // namespace stagedoor
