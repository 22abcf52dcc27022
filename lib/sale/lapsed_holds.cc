#include "sale/lapsed_holds.h"

#include <algorithm>
#include <map>
#include <vector>

#include "db/list_sql.h"
#include "db/transaction.h"

namespace stagedoor::sale {
namespace {

constexpr int kLapsedPerBatch = db::kListMax;

constexpr const char* kLockLapsedHolds =
    "SELECT reservation_id FROM reservations WHERE status = 'HELD' AND held_until <= SYSDATE(6)"
    " ORDER BY held_until LIMIT ? FOR UPDATE SKIP LOCKED";
const db::ListSql kExpireHolds(
    "UPDATE reservations SET status = 'EXPIRED', open = NULL WHERE reservation_id IN (#)");
const db::ListSql kSelectSeatsOfHolds(
    "SELECT s.date_id, s.number FROM reservation_seats rs"
    " JOIN reservations r ON r.reservation_id = rs.reservation_id"
    " JOIN seats s ON s.date_id = r.date_id AND s.number = rs.number"
    "  AND s.reservation_id = rs.reservation_id"
    " WHERE rs.reservation_id IN (#) ORDER BY s.date_id, s.number");
// A hold that took a seat over since it was read has a deadline that is to come.
const db::ListSql kFreeLapsedSeats(
    "UPDATE seats FORCE INDEX (PRIMARY)"
    " SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL"
    " WHERE date_id = ? AND number IN (#) AND status = 'HELD' AND held_until <= SYSDATE(6)");

// Frees what is still theirs, in the order in which all transactions lock seats.
void free_lapsed_seats(db::Transaction& transaction, const std::vector<ReservationId>& lapsed) {
  transaction.enter(db::LockRank::kSeats);
  std::map<DateId, std::vector<std::int64_t>> seats;
  for (db::Rows rows = kSelectSeatsOfHolds.query(transaction, {}, lapsed); rows.next();) {
    DateId date_id;
    std::int64_t number = 0;
    rows.read(date_id, number);
    seats[date_id].push_back(number);
  }
  for (const auto& [date_id, numbers] : seats) {
    for (std::size_t i = 0; i < numbers.size(); i += db::kListMax) {
      const auto begin = numbers.begin() + static_cast<std::ptrdiff_t>(i);
      const auto count = std::min(db::kListMax, numbers.size() - i);
      kFreeLapsedSeats.execute(
          transaction, {date_id},
          std::vector<std::int64_t>(begin, begin + static_cast<std::ptrdiff_t>(count)));
    }
  }
}

}  // namespace

std::int64_t expire_lapsed_holds(db::Connection& database) {
  return db::transact(database, [&](db::Transaction& transaction) {
    std::vector<ReservationId> lapsed;
    for (db::Rows rows = transaction.query(kLockLapsedHolds, kLapsedPerBatch); rows.next();) {
      rows.read(lapsed.emplace_back());
    }
    if (lapsed.empty()) return std::int64_t{0};
    kExpireHolds.execute(transaction, {}, lapsed);
    free_lapsed_seats(transaction, lapsed);
    transaction.commit();
    return static_cast<std::int64_t>(lapsed.size());
  });
}

}  // namespace stagedoor::sale
