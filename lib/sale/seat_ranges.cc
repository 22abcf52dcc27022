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

constexpr const char* kSelectDatesToCheck =
    "SELECT concert_id, date_id FROM dates WHERE starts_at > SYSDATE(6) ORDER BY date_id";

const db::Select<ReservedSeat> kSelectSeats(kSeatColumns,
                                            "FROM seats WHERE date_id = ? ORDER BY number");

bool is_of(const SeatRange& range, const ReservedSeat& seat) {
  return seat.label == seat_label(range, seat.number) && seat.section == range.section &&
         seat.grade == range.grade && seat.price == range.price;
}

bool seats_are_as_put_in(db::Snapshot& snapshot, ConcertId concert_id, DateId date_id) {
  auto ranges = kSelectRanges.all(snapshot, date_id, concert_id);
  std::sort(ranges.begin(), ranges.end(),
            [](const SeatRange& a, const SeatRange& b) { return a.from < b.from; });
  auto range = ranges.begin();
  std::int64_t expected = range == ranges.end() ? 0 : range->from;
  bool in_order = true;
  kSelectSeats.each(
      [&](const ReservedSeat& seat) {
        in_order = range != ranges.end() && seat.number == expected && is_of(*range, seat);
        if (in_order && ++expected > range->to && ++range != ranges.end()) expected = range->from;
        return in_order;
      },
      snapshot, date_id);
  return in_order && range == ranges.end();
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

std::vector<std::string> wrong_seat_ranges(db::Snapshot& snapshot, std::size_t count_max) {
  std::vector<std::pair<ConcertId, DateId>> dates;
  for (db::Rows rows = snapshot.query(kSelectDatesToCheck); rows.next();) {
    auto& [concert_id, date_id] = dates.emplace_back();
    rows.read(concert_id, date_id);
  }
  std::vector<std::string> wrong;
  for (const auto& [concert_id, date_id] : dates) {
    if (seats_are_as_put_in(snapshot, concert_id, date_id)) continue;
    wrong.push_back("date " + std::to_string(date_id.value));
    if (wrong.size() == count_max) break;
  }
  return wrong;
}

}  // namespace stagedoor::sale
