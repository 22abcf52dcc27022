#pragma once

#include <string>
#include <vector>

#include "base/id.h"
#include "db/connection.h"
#include "db/transaction.h"
#include "sale/concert_rules.h"
#include "sale/reservation_rules.h"

namespace stagedoor::sale {

// Keeps the ranges of a new date, in the order in which the organiser put them in.
void insert_seat_ranges(db::Transaction& transaction, DateId date_id,
                        const std::vector<SeatRange>& ranges);

// Empty when the concert has no such date.
std::vector<SeatRange> find_seat_ranges(db::Connection& database, ConcertId concert_id,
                                        DateId date_id);

// Compares the seats of a date with its ranges, in slices by number: neither ever changes.
class SeatRangeCheck {
 public:
  SeatRangeCheck(db::Snapshot& snapshot, ConcertId concert_id, DateId date_id);

  // The next seats up to `number`. Returns how many there are.
  std::int64_t take(db::Snapshot& snapshot, std::int64_t number);

  // Whether the seats that were taken are those of the ranges, all of them.
  [[nodiscard]] bool holds() const { return in_order_ && range_ == ranges_.size(); }

 private:
  bool is_next(const ReservedSeat& seat);

  DateId date_id_;
  std::vector<SeatRange> ranges_;  // by number
  std::size_t range_ = 0;          // of the next seat
  std::int64_t taken_ = 0;         // the last number
  std::int64_t seats_in_range_ = 0;
  bool in_order_ = true;
};

}  // namespace stagedoor::sale
