#include "line/admitting.h"

#include <algorithm>
#include <cassert>
#include <set>
#include <span>
#include <vector>

#include "db/list_sql.h"

namespace stagedoor::line {
namespace {

// In a drawn line at most so many places are looked at, which is all but a few of those who left.
constexpr std::int64_t kPlacesPerLook = 16'384;

// The first who wait, in the order of the line, locked.
struct FirstWaiting {
  std::vector<Place> places;
  Place looked_up_to;  // all others up to here have left
};

// Blocks for a row that is just leaving, so that its token is not overtaken. The index is named so
// that it is entered at the front and not walked from the first place.
constexpr const char* kLockFirstWaiting =
    "SELECT place FROM queue_tokens FORCE INDEX (one_token_per_place)"
    " WHERE concert_id = ? AND place > ? AND status = 'WAITING' ORDER BY place LIMIT ? FOR UPDATE";

FirstWaiting lock_first_arrived(db::Transaction& transaction, ConcertId id, Place front,
                                Place last_place, std::int64_t count) {
  FirstWaiting first;
  for (db::Rows rows = transaction.query(kLockFirstWaiting, id, front, count); rows.next();) {
    rows.read(first.places.emplace_back());
  }
  const Place last_found = first.places.empty() ? front : first.places.back();
  const bool is_full = static_cast<std::int64_t>(first.places.size()) == count;
  first.looked_up_to = is_full ? last_found : std::max(last_found, last_place);
  return first;
}

// Not those whose line has ended, whatever their rows say yet.
const db::ListSql kLockWaiting(
    "SELECT place FROM queue_tokens FORCE INDEX (one_token_per_place)"
    " WHERE concert_id = ? AND place > ? AND place IN (#) AND status = 'WAITING' FOR UPDATE");

// The entries of the next places are computed and looked at by key.
FirstWaiting lock_first_drawn(db::Transaction& transaction, ConcertId id, const QueueRow& queue,
                              const proof::DrawOrder& order, std::int64_t count) {
  const Place front = queue.front_place;
  const std::int64_t end = std::min(order.entries(), front.value + kPlacesPerLook);
  FirstWaiting first{{}, front};
  while (first.looked_up_to.value < end) {
    const std::int64_t missing = count - static_cast<std::int64_t>(first.places.size());
    if (missing == 0) break;
    const std::int64_t look = std::min<std::int64_t>(
        {missing, end - first.looked_up_to.value, static_cast<std::int64_t>(db::kListMax)});
    std::vector<Entry> entries;
    for (std::int64_t i = 1; i <= look; ++i) {
      entries.push_back(order.entry_at(Place{first.looked_up_to.value + i}));
    }
    std::set<Entry> waiting;
    for (db::Rows rows = kLockWaiting.query(transaction, {id, queue.ended_entry}, entries);
         rows.next();) {
      Entry entry;
      rows.read(entry);
      waiting.insert(entry);
    }
    for (const Entry entry : entries) {
      ++first.looked_up_to.value;
      if (waiting.contains(entry)) first.places.push_back(first.looked_up_to);
    }
  }
  return first;
}

// The places that were drawn, one by one; those behind them stand in order of arrival.
bool goes_by_draw(const MovingOrder& order, Place front) {
  return order.drawn && front.value < order.drawn->entries();
}

constexpr const char* kAdmit =
    "UPDATE queue_tokens SET status = 'ACTIVE', admitted_at = ?, admitted_in = ?,"
    " active_until = ?, ends_at = ?"
    " WHERE concert_id = ? AND place > ? AND place <= ? AND status = 'WAITING'";
const db::ListSql kAdmitDrawn(
    "UPDATE queue_tokens SET status = 'ACTIVE', admitted_at = ?, admitted_in = ?,"
    " active_until = ?, ends_at = ?"
    " WHERE concert_id = ? AND place IN (#) AND status = 'WAITING'");

void admit_drawn(db::Transaction& transaction, const std::vector<db::Param>& params,
                 const proof::DrawOrder& order, std::span<const Place> places) {
  while (!places.empty()) {
    const auto some = places.first(std::min(places.size(), db::kListMax));
    std::vector<Entry> entries;
    for (const Place place : some) entries.push_back(order.entry_at(place));
    kAdmitDrawn.execute(transaction, params, entries);
    places = places.subspan(some.size());
  }
}

constexpr const char* kRecordAdmission =
    "INSERT INTO admissions (concert_id, admission, admitted_at, admitted, front_before,"
    " front_place, active_after, max_active, admit_per_minute) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

}  // namespace

Admitted admit(db::Transaction& transaction, ConcertId id, QueueRow& queue, const SaleTimes& sale,
               const MovingOrder& order, Place last_place, Time now) {
  assert(transaction.has_entered(db::LockRank::kLine) && !order.awaits_draw);
  const std::int64_t in_line = std::clamp<std::int64_t>(last_place.value - queue.front_place.value,
                                                        0, kAdmissionsPerAdvance);
  const std::int64_t wanted =
      decide_admission(sale.limits, queue.pace, in_line, queue.active, now).count;
  if (wanted == 0) return {};
  const Place front_before = queue.front_place;
  const bool by_draw = goes_by_draw(order, front_before);
  transaction.enter(db::LockRank::kToken);
  const FirstWaiting first =
      by_draw ? lock_first_drawn(transaction, id, queue, *order.drawn, wanted)
              : lock_first_arrived(transaction, id, front_before, last_place, wanted);
  const auto found = static_cast<std::int64_t>(first.places.size());
  const Admission decided =
      decide_admission(sale.limits, queue.pace, found, queue.active, transaction.now());
  const std::span admitted(first.places.data(), static_cast<std::size_t>(decided.count));
  const Place last_admitted = admitted.empty() ? front_before : admitted.back();
  // The next advance need not look again at those who have left.
  queue.front_place = decided.count == found ? first.looked_up_to : last_admitted;
  const bool complete = found == wanted || decided.count < found || queue.front_place >= last_place;
  if (decided.count == 0) return {0, complete};
  queue.pace = decided.pace;
  queue.active += decided.count;
  const Time claim_until = decided.at + std::chrono::seconds{sale.claim_s};
  if (by_draw) {
    admit_drawn(transaction, {decided.at, queue.version, claim_until, claim_until, id},
                *order.drawn, admitted);
  } else {
    transaction.execute(kAdmit, decided.at, queue.version, claim_until, claim_until, id,
                        front_before, last_admitted);
  }
  transaction.execute(kRecordAdmission, id, queue.version, decided.at, decided.count, front_before,
                      last_admitted, queue.active, sale.limits.max_active,
                      sale.limits.admit_per_minute);
  return {decided.count, complete && decided.count < kAdmissionsPerAdvance};
}

}  // namespace stagedoor::line
