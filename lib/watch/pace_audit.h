#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace stagedoor::watch {

// The bucket of one line's pace, replayed from the records of its admissions alone, in their order.
// Arithmetic of its own, so that a mistake in line/admission_rules is seen here.
class PaceBucket {
 public:
  // False when the bucket did not hold that many, or the time ran back.
  bool admit(Time at, std::int64_t admitted, std::int64_t per_minute);

 private:
  std::optional<Time> at_;  // of the last admission
  std::int64_t level_ = 0;  // in admissions times a minute in microseconds
};

}  // namespace stagedoor::watch
