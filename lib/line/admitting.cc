#include "line/admitting.h"

#include <algorithm>
#include <cassert>
#include <vector>

namespace stagedoor::line {
namespace {

// Blocks for a row that is just leaving, so that its token is not overtaken. The index is named so
// that it is entered at the front and not walked from the first place.
constexpr const char* kLockFirstWaiting =
    "SELECT place FROM queue_tokens FORCE INDEX (one_token_per_place)"
    " WHERE concert_id = ? AND place > ? AND status = 'WAITING' ORDER BY place LIMIT ? FOR UPDATE";

std::vector<Place> lock_first_waiting(db::Transaction& transaction, ConcertId id, Place front,
                                      std::int64_t count) {
  transaction.enter(db::LockRank::kToken);
  std::vector<Place> places;
  for (db::Rows rows = transaction.query(kLockFirstWaiting, id, front, count); rows.next();) {
    rows.read(places.emplace_back());
  }
  return places;
}

constexpr const char* kAdmit =
    "UPDATE queue_tokens SET status = 'ACTIVE', admitted_at = ?, admitted_in = ?,"
    " active_until = ?, ends_at = ?"
    " WHERE concert_id = ? AND place > ? AND place <= ? AND status = 'WAITING'";
constexpr const char* kRecordAdmission =
    "INSERT INTO admissions (concert_id, admission, admitted_at, admitted, front_before,"
    " front_place, active_after, max_active, admit_per_minute) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

}  // namespace

std::int64_t admit(db::Transaction& transaction, ConcertId id, QueueRow& queue,
                   const SaleTimes& sale, Place last_place, Time now) {
  assert(transaction.has_entered(db::LockRank::kLine));
  const std::int64_t in_line = std::clamp<std::int64_t>(last_place.value - queue.front_place.value,
                                                        0, kAdmissionsPerAdvance);
  const std::int64_t wanted =
      decide_admission(sale.limits, queue.pace, in_line, queue.active, now).count;
  if (wanted == 0) return 0;
  const auto places = lock_first_waiting(transaction, id, queue.front_place, wanted);
  const auto found = static_cast<std::int64_t>(places.size());
  const Admission decided =
      decide_admission(sale.limits, queue.pace, found, queue.active, transaction.now());
  const Place front_before = queue.front_place;
  if (decided.count > 0) queue.front_place = places[static_cast<std::size_t>(decided.count) - 1];
  const Place last_admitted = queue.front_place;
  // All others up to the last place have left: the next advance need not look there again.
  if (found < wanted && decided.count == found) {
    queue.front_place = std::max(last_admitted, last_place);
  }
  if (decided.count == 0) return 0;
  queue.pace = decided.pace;
  queue.active += decided.count;
  const Time claim_until = decided.at + std::chrono::seconds{sale.claim_s};
  transaction.execute(kAdmit, decided.at, queue.version, claim_until, claim_until, id, front_before,
                      last_admitted);
  transaction.execute(kRecordAdmission, id, queue.version, decided.at, decided.count, front_before,
                      last_admitted, queue.active, sale.limits.max_active,
                      sale.limits.admit_per_minute);
  return decided.count;
}

}  // namespace stagedoor::line
