#include "sale/seat_ranges.h"

#include <algorithm>

#include "db/columns.h"
#include "sale/reservation_rows.h"
#include "sale/seat_plan_rules.h"

namespace stagedoor::sale {
namespace {

constexpr const char* kInsertRange =
    "INSERT INTO seat_ranges (date_id, ordinal, first_seat, last_seat, section, grade, price, "
    "label)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

const db::Select<SeatRange> kSelectRanges({{"r.first_seat", &SeatRange::from},
                                           {"r.last_seat", &SeatRange::to},
                                           {"r.section", &SeatRange::section},
                                           {"r.grade", &SeatRange::grade},
                                           {"r.price", &SeatRange::price},
                                           {"r.label", &SeatRange::label}},
                                          "FROM dates d"
                                          " JOIN seat_ranges r ON r.date_id = d.date_id"
                                          " WHERE d.date_id = ? AND d.concert_id = ?"
                                          " ORDER BY r.ordinal");

const db::Select<ReservedSeat> kSelectSeats(
    kSeatColumns,
    "FROM seats WHERE date_id = ? AND number > ? AND number <= ?"
    " ORDER BY number");

bool is_of(const SeatRange& range, const ReservedSeat& seat) {
  return seat.label == seat_label(range, seat.number) && seat.section == range.section &&
         seat.grade == range.grade && seat.price == range.price;
}

}  // namespace

void insert_seat_ranges(db::Transaction& transaction, DateId date_id,
                        const std::vector<SeatRange>& ranges) {
  std::int64_t ordinal = 0;
  for (const SeatRange& range : ranges) {
    transaction.execute(kInsertRange, date_id, ++ordinal, range.from, range.to, range.section,
                        range.grade, range.price, range.label);
  }
}

std::vector<SeatRange> find_seat_ranges(db::Connection& database, ConcertId concert_id,
                                        DateId date_id) {
  return kSelectRanges.all(database, date_id, concert_id);
}

SeatRangeCheck::SeatRangeCheck(db::Snapshot& snapshot, ConcertId concert_id, DateId date_id)
    : date_id_(date_id), ranges_(kSelectRanges.all(snapshot, date_id, concert_id)) {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const SeatRange& a, const SeatRange& b) { return a.from < b.from; });
}

std::int64_t SeatRangeCheck::take(db::Snapshot& snapshot, std::int64_t number) {
  std::int64_t count = 0;
  kSelectSeats.each(
      [&](const ReservedSeat& seat) {
        ++count;
        in_order_ = in_order_ && is_next(seat);
        return in_order_;
      },
      snapshot, date_id_, taken_, number);
  taken_ = number;
  return count;
}

bool SeatRangeCheck::is_next(const ReservedSeat& seat) {
  if (range_ == ranges_.size()) return false;
  const SeatRange& range = ranges_[range_];
  if (seat.number != range.from + seats_in_range_ || !is_of(range, seat)) return false;
  if (++seats_in_range_ == range.count()) {
    ++range_;
    seats_in_range_ = 0;
  }
  return true;
}

}  // namespace stagedoor::sale
