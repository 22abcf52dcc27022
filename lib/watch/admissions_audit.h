#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/id.h"
#include "watch/audit_run.h"

namespace stagedoor::watch {

// The admissions of one line, and what its tokens say of them: read() first, then take() each
// admitted token, then finish().
class AdmissionsAudit {
 public:
  AdmissionsAudit(AuditRun& run, ConcertId concert_id) : run_(run), id_(concert_id) {}

  // Those up to now, with what can be told from them alone.
  void read();

  // `ended_at`: of one that has ended. `in_order`: all tokens of smaller places were taken before.
  void take(Place place, std::int64_t admission, std::optional<Time> ended_at, bool in_order);

  void finish();

 private:
  // As small as can be: there may be as many as tokens.
  struct Record {
    std::int64_t admission = 0;
    Time at;
    Place front_place;
    std::int32_t places = 0;  // from front_before to front_place
    std::int32_t admitted = 0;
    std::int32_t max_active = 0;
    std::int32_t tokens = 0;  // that say so
    std::int32_t ended = 0;   // tokens of any admission, since the one before and up to `at`
  };
  struct Row;

  void take_row(const Row& row);
  void violated(Invariant invariant, std::int64_t admission, const std::string& what);

  AuditRun& run_;
  ConcertId id_;
  std::int64_t last_ = 0;  // later ones are not known
  std::vector<Record> records_;
  std::int64_t admitted_in_ = 0;  // the latest of the tokens so far
};

}  // namespace stagedoor::watch
