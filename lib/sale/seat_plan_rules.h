#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sale/concert_rules.h"

namespace stagedoor {

// Seats `first` to `last` of a date, which are all held or all sold.
struct TakenSeats {
  SeatStatus status = SeatStatus::kHeld;
  std::int64_t first = 0;
  std::int64_t last = 0;

  bool operator==(const TakenSeats&) const = default;
};

// Adds a seat. REQUIRES: the numbers ascend.
void add_taken_seat(std::vector<TakenSeats>& taken, std::int64_t number, SeatStatus status);

// The label of the range's seat `number`.
std::string seat_label(const SeatRange& range, std::int64_t number);

// The seats of a date as a JSON array, by number: all, or the available ones only. The ranges, as
// the organiser put them in, say everything but the status. REQUIRES: `taken` ascends.
std::string write_seats(std::vector<SeatRange> ranges, const std::vector<TakenSeats>& taken,
                        bool available_only);

}  // namespace stagedoor
