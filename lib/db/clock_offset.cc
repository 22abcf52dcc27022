#include "db/clock_offset.h"

namespace stagedoor::db {
namespace {

constexpr Micros kAgeMax = std::chrono::minutes{1};
// How far two clocks that are right may have drifted apart since.
constexpr Micros kDriftMax = std::chrono::milliseconds{10};

}  // namespace

void ClockOffset::sample(Time answer, Micros asked_at, Micros answered_at) {
  // The middle halves the error.
  const Known next{answer.time_since_epoch() - (asked_at + answered_at) / 2,
                   (answered_at - asked_at) / 2, answered_at};
  const bool better = !at(answered_at) || next.error <= known_->error;
  if (better || abs(next.offset - known_->offset) > next.error + known_->error + kDriftMax) {
    known_ = next;
  }
}

std::optional<Time> ClockOffset::at(Micros monotonic) const {
  if (!known_ || monotonic - known_->measured_at > kAgeMax) return std::nullopt;
  return Time{monotonic + known_->offset};
}

}  // namespace stagedoor::db
