#include "line/admission_rules.h"

#include <algorithm>

namespace stagedoor {
namespace {

constexpr std::int64_t kBurstMicros = 2'000'000;

std::int64_t capacity(std::int64_t admit_per_minute) {
  return std::max(kCreditPerAdmission, admit_per_minute * kBurstMicros);
}

}  // namespace

Pace refill(const Pace& pace, std::int64_t admit_per_minute, Time now) {
  const std::int64_t full = capacity(admit_per_minute);
  if (!pace.credited_at) return {full, now};
  if (now <= *pace.credited_at) return {std::min(pace.credit, full), pace.credited_at};
  // A bucket is full after a minute at the latest; longer times would only overflow the product.
  const std::int64_t elapsed =
      std::min<std::int64_t>((now - *pace.credited_at).count(), 60'000'000);
  return {std::min(full, pace.credit + elapsed * admit_per_minute), now};
}

Admission decide_admission(const AdmissionLimits& limits, const Pace& pace, std::int64_t waiting,
                           std::int64_t active, Time now) {
  const Pace refilled = refill(pace, limits.admit_per_minute, now);
  const std::int64_t room = std::max<std::int64_t>(0, limits.max_active - active);
  std::int64_t count = std::min(room, waiting);
  if (limits.admit_per_minute == 0) return {count, refilled};
  count = std::min(count, refilled.credit / kCreditPerAdmission);
  return {count, {refilled.credit - count * kCreditPerAdmission, refilled.credited_at}};
}

}  // namespace stagedoor
