#include "sale/listing.h"

#include "sale/seat_plans.h"

namespace stagedoor::sale {
namespace {

// A hold that has lapsed is free from that instant. The statuses are listed, as the server would
// not use the index for "not AVAILABLE".
constexpr const char* kSelectTaken =
    "SELECT number, status FROM seats WHERE date_id = ? AND status IN ('HELD', 'SOLD')"
    " AND (status = 'SOLD' OR held_until > ?) ORDER BY number";

std::vector<TakenSeat> read_taken(db::Connection& database, DateId date_id, Time now) {
  std::vector<TakenSeat> taken;
  TakenSeat seat;
  for (db::Rows rows = database.query(kSelectTaken, date_id, now); rows.next();) {
    rows.read(seat.number, seat.status);
    taken.push_back(seat);
  }
  return taken;
}

}  // namespace

std::string list_seats_json(db::Connection& database, ConcertId concert_id, DateId date_id,
                            bool available_only, Time now) {
  const auto plan = find_seat_plan(database, concert_id, date_id);
  if (!plan) return "";
  return plan->to_json(read_taken(database, date_id, now), available_only);
}

}  // namespace stagedoor::sale
