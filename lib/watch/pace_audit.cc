#include "watch/pace_audit.h"

#include <algorithm>

namespace stagedoor::watch {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::int64_t kBurstUs = 2'000'000;

}  // namespace

bool PaceBucket::admit(Time at, std::int64_t admitted, std::int64_t per_minute) {
  const std::int64_t full = std::max(kMinuteUs, kBurstUs * per_minute);
  const bool in_order = !at_ || at >= *at_;
  if (at_) {
    const std::int64_t elapsed_us = std::clamp<std::int64_t>((at - *at_).count(), 0, kMinuteUs);
    level_ = std::min(full, level_ + elapsed_us * per_minute);
  } else {
    level_ = full;
  }
  at_ = at;
  if (per_minute > 0) level_ -= admitted * kMinuteUs;
  const bool had_room = level_ >= 0;
  level_ = std::max<std::int64_t>(0, level_);
  return in_order && had_room;
}

}  // namespace stagedoor::watch
