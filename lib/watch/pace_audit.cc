#include "watch/pace_audit.h"

#include <algorithm>
#include <optional>

#include "db/columns.h"

namespace stagedoor::watch {
namespace {

struct AdmissionRow {
  ConcertId concert_id;
  std::int64_t admission = 0;
  Time at;
  std::int64_t admitted = 0;
  std::int64_t per_minute = 0;
};
const db::Select<AdmissionRow> kSelectAdmissions({{"concert_id", &AdmissionRow::concert_id},
                                                  {"admission", &AdmissionRow::admission},
                                                  {"admitted_at", &AdmissionRow::at},
                                                  {"admitted", &AdmissionRow::admitted},
                                                  {"admit_per_minute", &AdmissionRow::per_minute}},
                                                 "FROM admissions ORDER BY concert_id, admission");

// Arithmetic of its own, so that a mistake in line/admission_rules is seen here. The bucket counts
// in admissions times a minute in microseconds.
constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::int64_t kBurstUs = 2'000'000;

// The bucket of one line after the last admission that was looked at.
class Bucket {
 public:
  explicit Bucket(const AdmissionRow& first)
      : concert_id_(first.concert_id), at_(first.at), level_(full(first)) {}

  [[nodiscard]] ConcertId concert_id() const { return concert_id_; }

  // False when the bucket did not hold that many, or the time ran back.
  bool admit(const AdmissionRow& row) {
    const bool in_order = row.at >= at_;
    const std::int64_t elapsed_us = std::clamp<std::int64_t>((row.at - at_).count(), 0, kMinuteUs);
    level_ = std::min(full(row), level_ + elapsed_us * row.per_minute);
    at_ = row.at;
    if (row.per_minute > 0) level_ -= row.admitted * kMinuteUs;
    const bool had_room = level_ >= 0;
    level_ = std::max<std::int64_t>(0, level_);
    return in_order && had_room;
  }

 private:
  static std::int64_t full(const AdmissionRow& row) {
    return std::max(kMinuteUs, kBurstUs * row.per_minute);
  }

  ConcertId concert_id_;
  Time at_;
  std::int64_t level_;
};

std::string describe(const AdmissionRow& row) {
  return "concert " + std::to_string(row.concert_id.value) + " admission " +
         std::to_string(row.admission) + " at " + to_sql(row.at) + ": " +
         std::to_string(row.admitted) + " at " + std::to_string(row.per_minute) + " a minute";
}

}  // namespace

std::vector<std::string> admissions_off_pace(db::Snapshot& snapshot, std::size_t count) {
  std::vector<std::string> violations;
  std::optional<Bucket> bucket;
  kSelectAdmissions.each(
      [&](const AdmissionRow& row) {
        if (!bucket || bucket->concert_id() != row.concert_id) bucket = Bucket(row);
        if (!bucket->admit(row)) violations.push_back(describe(row));
        return violations.size() < count;
      },
      snapshot);
  return violations;
}

}  // namespace stagedoor::watch
