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
// always room for one). Only admissions change it, so that their records alone tell its level.
struct Pace {
  std::int64_t credit = 0;          // left by the last admission
  std::optional<Time> credited_at;  // its time; nothing: the line never moved, the bucket is full
};

inline constexpr std::int64_t kCreditPerAdmission = 60'000'000;

// What the bucket holds at `now`. Before its last time nothing is added.
std::int64_t credit_at(const Pace& pace, std::int64_t admit_per_minute, Time now);

struct Admission {
  std::int64_t count = 0;
  Time at;    // the only time to record it with: never before the last admission's
  Pace pace;  // charged at that very time; unchanged where `count` is 0
};

// How many of the `waiting` may be let in now, given that `active` are in. REQUIRES: `now` was read
// after all that the admission has to wait for, so that the record says when it happened.
Admission decide_admission(const AdmissionLimits& limits, const Pace& pace, std::int64_t waiting,
                           std::int64_t active, Time now);

}  // namespace stagedoor
