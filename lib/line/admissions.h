#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/refusal.h"
#include "db/connection.h"

// Who was let in when, and within which limits, for anyone to read.
namespace stagedoor::line {

// One admission: those who waited on the places (after_place, up_to_place].
struct AdmissionRecord {
  std::int64_t admission = 0;
  Time admitted_at;
  std::int64_t admitted = 0;
  Place after_place;
  Place up_to_place;
  std::int64_t active_after = 0;
  std::int64_t max_active = 0;
  std::int64_t admit_per_minute = 0;
};

struct AdmissionPage {
  std::vector<AdmissionRecord> items;
  bool more = false;
};

// Behind the admission `after`, oldest first. kNotFound: there is no such concert.
Outcome<AdmissionPage> list_admissions(db::Connection& database, ConcertId concert_id,
                                       std::int64_t after, int limit);

}  // namespace stagedoor::line
