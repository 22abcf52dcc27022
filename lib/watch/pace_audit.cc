#include "watch/pace_audit.h"

#include <algorithm>
#include <optional>

namespace stagedoor::watch {
namespace {

constexpr const char* kSelectAdmissions =
    "SELECT concert_id, admission, admitted_at, admitted, admit_per_minute FROM admissions"
    " ORDER BY concert_id, admission";

// Arithmetic of its own, so that a mistake in line/admission_rules is seen here. The bucket counts
// in admissions times a minute in microseconds.
constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::int64_t kBurstUs = 2'000'000;

struct Bucket {
  ConcertId concert_id;
  Time at;
  std::int64_t level = 0;
};

}  // namespace

std::vector<std::string> admissions_off_pace(db::Snapshot& snapshot, std::size_t count) {
  std::vector<std::string> violations;
  std::optional<Bucket> bucket;
  for (db::Rows rows = snapshot.query(kSelectAdmissions);
       violations.size() < count && rows.next();) {
    ConcertId concert_id;
    std::int64_t admission = 0;
    Time at;
    std::int64_t admitted = 0;
    std::int64_t per_minute = 0;
    rows.read(concert_id, admission, at, admitted, per_minute);
    const std::int64_t full = std::max(kMinuteUs, kBurstUs * per_minute);
    bool in_order = true;
    if (!bucket || bucket->concert_id != concert_id) {
      bucket = Bucket{concert_id, at, full};
    } else {
      in_order = at >= bucket->at;
      const std::int64_t elapsed_us =
          std::clamp<std::int64_t>((at - bucket->at).count(), 0, kMinuteUs);
      bucket->level = std::min(full, bucket->level + elapsed_us * per_minute);
      bucket->at = at;
    }
    if (per_minute > 0) bucket->level -= admitted * kMinuteUs;
    if (in_order && bucket->level >= 0) continue;
    violations.push_back("concert " + std::to_string(concert_id.value) + " admission " +
                         std::to_string(admission) + " at " + to_sql(at) + ": " +
                         std::to_string(admitted) + " at " + std::to_string(per_minute) +
                         " a minute");
    bucket->level = std::max<std::int64_t>(0, bucket->level);
  }
  return violations;
}

}  // namespace stagedoor::watch
