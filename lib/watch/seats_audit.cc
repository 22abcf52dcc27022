#include "watch/seats_audit.h"

#include <optional>

#include "sale/seat_ranges.h"

namespace stagedoor::watch {
namespace {

constexpr const char* kSelectLastSeat =
    "SELECT COALESCE(MAX(number), 0) FROM seats WHERE date_id = ?";
constexpr const char* kSeatOwnerIsItsReservation =
    "SELECT CONCAT('date ', s.date_id, ' seat ', s.number)"
    " FROM seats s FORCE INDEX (PRIMARY) LEFT JOIN reservations r ON r.reservation_id = "
    "s.reservation_id"
    " AND r.date_id = s.date_id LEFT JOIN reservation_seats rs"
    " ON rs.reservation_id = s.reservation_id AND rs.number = s.number"
    " WHERE s.date_id = ? AND s.number > ? AND s.number <= ? AND s.status <> 'AVAILABLE'"
    " AND (r.reservation_id IS NULL OR rs.number IS NULL"
    " OR (s.status = 'HELD' AND (r.status <> 'HELD' OR r.held_until <> s.held_until)))"
    " LIMIT 10";
constexpr const char* kSoldSeatConfirmed =
    "SELECT CONCAT('date ', s.date_id, ' seat ', s.number, ': ', COUNT(r.reservation_id))"
    " FROM seats s FORCE INDEX (PRIMARY) LEFT JOIN reservation_seats rs ON rs.reservation_id = "
    "s.reservation_id"
    " AND rs.number = s.number LEFT JOIN reservations r"
    " ON r.reservation_id = rs.reservation_id AND r.date_id = s.date_id AND r.status = 'CONFIRMED'"
    " WHERE s.date_id = ? AND s.number > ? AND s.number <= ? AND s.status = 'SOLD'"
    " GROUP BY s.date_id, s.number HAVING COUNT(r.reservation_id) <> 1 LIMIT 10";

}  // namespace

void audit_seats(AuditRun& run, ConcertId concert_id, DateId date_id) {
  std::optional<sale::SeatRangeCheck> check;
  std::int64_t last_seat = 0;
  for (std::int64_t from = 0; from == 0 || from < last_seat; from += kSliceRows) {
    run.slice("seats", [&](db::Snapshot& snapshot) {
      if (!check) {
        check.emplace(snapshot, concert_id, date_id);
        snapshot.query(kSelectLastSeat, date_id).read_first(last_seat);
      }
      const std::int64_t to = from + kSliceRows;
      run.check(Invariant::kSeatOwnerIsItsReservation,
                snapshot.query(kSeatOwnerIsItsReservation, date_id, from, to));
      run.check(Invariant::kSoldSeatConfirmed,
                snapshot.query(kSoldSeatConfirmed, date_id, from, to));
      return check->take(snapshot, to);
    });
  }
  if (!check->holds()) {
    run.violated(Invariant::kSeatsAsPutIn, "date " + std::to_string(date_id.value));
  }
}

}  // namespace stagedoor::watch
