#include "watch/admissions_audit.h"

#include <algorithm>

#include "db/columns.h"
#include "watch/pace_audit.h"

namespace stagedoor::watch {

struct AdmissionsAudit::Row {
  std::int64_t admission = 0;
  Time at;
  std::int64_t admitted = 0;
  Place front_before;
  Place front_place;
  std::int64_t active_after = 0;
  std::int64_t max_active = 0;
  std::int64_t per_minute = 0;

  static const db::Select<Row> kSelect;
};

const db::Select<AdmissionsAudit::Row> AdmissionsAudit::Row::kSelect(
    {{"admission", &Row::admission},
     {"admitted_at", &Row::at},
     {"admitted", &Row::admitted},
     {"front_before", &Row::front_before},
     {"front_place", &Row::front_place},
     {"active_after", &Row::active_after},
     {"max_active", &Row::max_active},
     {"admit_per_minute", &Row::per_minute}},
    "FROM admissions WHERE concert_id = ? AND admission > ? AND admission <= ?"
    " ORDER BY admission LIMIT ?");

namespace {

constexpr const char* kWhat = "lines";
constexpr const char* kCountAdmissions =
    "SELECT COUNT(*), COALESCE(MAX(admission), 0) FROM admissions WHERE concert_id = ?";

std::string text(std::int64_t number) { return std::to_string(number); }

}  // namespace

void AdmissionsAudit::read() {
  std::int64_t count = 0;
  run_.slice(kWhat, [&](db::Snapshot& snapshot) {
    snapshot.query(kCountAdmissions, id_).read_first(count, last_);
    return 0;
  });
  records_.reserve(static_cast<std::size_t>(count));
  PaceBucket bucket;
  for (std::int64_t left = count; left > 0; left -= kSliceRows) {
    run_.slice(kWhat, [&](db::Snapshot& snapshot) {
      const std::int64_t after = records_.empty() ? INT64_MIN : records_.back().admission;
      std::int64_t rows = 0;
      Row::kSelect.each(
          [&](const Row& row) {
            take_row(row);
            if (!bucket.admit(row.at, row.admitted, row.per_minute)) {
              violated(Invariant::kPaceKept, row.admission,
                       "at " + to_sql(row.at) + ": " + text(row.admitted) + " at " +
                           text(row.per_minute) + " a minute");
            }
            ++rows;
            return true;
          },
          snapshot, id_, after, last_, kSliceRows);
      return rows;
    });
  }
}

void AdmissionsAudit::take_row(const Row& row) {
  if (row.active_after > row.max_active) {
    violated(Invariant::kRecordWithinLimit, row.admission,
             text(row.active_after) + " of " + text(row.max_active));
  }
  if (!records_.empty() && row.front_before < records_.back().front_place) {
    violated(Invariant::kAdmissionsInOrder, row.admission,
             "from behind " + text(row.front_before.value) + ", the one before up to " +
                 text(records_.back().front_place.value));
  }
  records_.push_back(
      {.admission = row.admission,
       .at = row.at,
       .front_place = row.front_place,
       .places = static_cast<std::int32_t>(row.front_place.value - row.front_before.value),
       .admitted = static_cast<std::int32_t>(row.admitted),
       .max_active = static_cast<std::int32_t>(row.max_active)});
}

void AdmissionsAudit::take(Place place, std::int64_t admission, std::optional<Time> ended_at,
                           bool in_order) {
  if (admission > last_) return;
  if (in_order && admission < admitted_in_) {
    violated(Invariant::kAdmissionsInOrder, admission,
             "place " + text(place.value) + " behind one of admission " + text(admitted_in_));
  }
  admitted_in_ = std::max(admitted_in_, admission);
  const auto record = std::lower_bound(
      records_.begin(), records_.end(), admission,
      [](const Record& known, std::int64_t wanted) { return known.admission < wanted; });
  const bool of_record = record != records_.end() && record->admission == admission &&
                         place <= record->front_place &&
                         place.value > record->front_place.value - record->places;
  if (of_record) {
    ++record->tokens;
  } else {
    violated(Invariant::kRecordHasTokens, admission, "place " + text(place.value));
  }
  if (!ended_at) return;
  const auto next =
      std::lower_bound(records_.begin(), records_.end(), *ended_at,
                       [](const Record& known, Time ended) { return known.at < ended; });
  if (next != records_.end()) ++next->ended;
}

// Those who ended at the time of an admission were gone before it.
void AdmissionsAudit::finish() {
  std::int64_t active = 0;
  for (const Record& record : records_) {
    if (record.tokens != record.admitted) {
      violated(Invariant::kRecordHasTokens, record.admission,
               text(record.admitted) + " recorded, " + text(record.tokens) + " tokens");
    }
    active += record.admitted - record.ended;
    if (active > record.max_active) {
      violated(Invariant::kActiveWithinLimit, record.admission,
               "at " + to_sql(record.at) + ": " + text(active) + " of " + text(record.max_active));
    }
  }
}

void AdmissionsAudit::violated(Invariant invariant, std::int64_t admission,
                               const std::string& what) {
  run_.violated(invariant,
                "concert " + text(id_.value) + " admission " + text(admission) + ": " + what);
}

}  // namespace stagedoor::watch
