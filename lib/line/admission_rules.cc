#include "line/admission_rules.h"

#include <algorithm>

namespace stagedoor {
namespace {

constexpr std::int64_t kBurstMicros = 2'000'000;

std::int64_t capacity(std::int64_t admit_per_minute) {
  return std::max(kCreditPerAdmission, admit_per_minute * kBurstMicros);
}

}  // namespace

std::int64_t credit_at(const Pace& pace, std::int64_t admit_per_minute, Time now) {
  const std::int64_t full = capacity(admit_per_minute);
  if (!pace.credited_at) return full;
  // A bucket is full after a minute at the latest; longer times would only overflow the product.
  const std::int64_t elapsed =
      std::clamp<std::int64_t>((now - *pace.credited_at).count(), 0, 60'000'000);
  return std::min(full, pace.credit + elapsed * admit_per_minute);
}

Admission decide_admission(const AdmissionLimits& limits, const Pace& pace, std::int64_t waiting,
                           std::int64_t active, Time now) {
  const Time at = std::max(now, pace.credited_at.value_or(now));
  const std::int64_t credit = credit_at(pace, limits.admit_per_minute, at);
  const std::int64_t room = std::max<std::int64_t>(0, limits.max_active - active);
  const bool paced = limits.admit_per_minute > 0;
  std::int64_t count = std::min(room, waiting);
  if (paced) count = std::min(count, credit / kCreditPerAdmission);
  if (count == 0) return {0, at, pace};
  return {count, at, {credit - (paced ? count * kCreditPerAdmission : 0), at}};
}

}  // namespace stagedoor
