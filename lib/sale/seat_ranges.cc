#include "sale/seat_ranges.h"

#include <algorithm>

#include "sale/seat_plan_rules.h"

namespace stagedoor::sale {
namespace {

constexpr const char* kInsertRange =
    "INSERT INTO seat_ranges (date_id, ordinal, first_seat, last_seat, section, grade, price, "
    "label)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

constexpr const char* kSelectRanges =
    "SELECT r.first_seat, r.last_seat, r.section, r.grade, r.price, r.label FROM dates d"
    " JOIN seat_ranges r ON r.date_id = d.date_id"
    " WHERE d.date_id = ? AND d.concert_id = ? ORDER BY r.ordinal";

constexpr const char* kSelectDatesToCheck =
    "SELECT concert_id, date_id FROM dates WHERE starts_at > SYSDATE(6) ORDER BY date_id";

constexpr const char* kSelectSeats =
    "SELECT number, label, section, grade, price FROM seats WHERE date_id = ? ORDER BY number";

// `source`: whatever asks the database.
template <typename Source>
std::vector<SeatRange> read_ranges(Source& source, ConcertId concert_id, DateId date_id) {
  std::vector<SeatRange> ranges;
  for (db::Rows rows = source.query(kSelectRanges, date_id, concert_id); rows.next();) {
    SeatRange& range = ranges.emplace_back();
    rows.read(range.from, range.to, range.section, range.grade, range.price, range.label);
  }
  return ranges;
}

bool seats_are_as_put_in(db::Snapshot& snapshot, ConcertId concert_id, DateId date_id) {
  auto ranges = read_ranges(snapshot, concert_id, date_id);
  std::sort(ranges.begin(), ranges.end(),
            [](const SeatRange& a, const SeatRange& b) { return a.from < b.from; });
  auto range = ranges.begin();
  std::int64_t expected = range == ranges.end() ? 0 : range->from;
  for (db::Rows rows = snapshot.query(kSelectSeats, date_id); rows.next();) {
    std::int64_t number = 0;
    std::string label;
    SeatRange seat;
    rows.read(number, label, seat.section, seat.grade, seat.price);
    if (range == ranges.end() || number != expected || label != seat_label(*range, number) ||
        seat.section != range->section || seat.grade != range->grade ||
        seat.price != range->price) {
      return false;
    }
    if (++expected > range->to && ++range != ranges.end()) expected = range->from;
  }
  return range == ranges.end();
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
  return read_ranges(database, concert_id, date_id);
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
