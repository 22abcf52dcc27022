#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace stagedoor {

// The two limits of a line.
struct AdmissionLimits {
  std::int64_t max_active = 0;
  std::int64_t admit_per_minute = 0;  // 0: as many as there is room for
};

// The pace of a line as a bucket that fills evenly. One admission costs kCreditPerAdmission, and a
// microsecond adds `admit_per_minute`: whole numbers at any rate. It holds two seconds' worth (and
// always room for one), so that idle time saves up no more than that.
struct Pace {
  std::int64_t credit = 0;
  std::optional<Time> credited_at;  // nothing: the line never moved, the bucket is full
};

inline constexpr std::int64_t kCreditPerAdmission = 60'000'000;

// The pace at `now`, which may lie before its last time: then nothing is added.
Pace refill(const Pace& pace, std::int64_t admit_per_minute, Time now);

struct Admission {
  std::int64_t count = 0;
  Pace pace;
};

// How many of the `waiting` may be let in now, given that `active` are in.
Admission decide_admission(const AdmissionLimits& limits, const Pace& pace, std::int64_t waiting,
                           std::int64_t active, Time now);

}  // namespace stagedoor
