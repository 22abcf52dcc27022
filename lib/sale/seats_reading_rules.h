#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sale/seat_plan_rules.h"

namespace stagedoor {

// Which seats of a date were taken at one moment. All else of a listing never changes.
struct SeatsReading {
  Time read_at = {};
  std::string version = {};  // names what is read, the plan included: same content, same version
  std::vector<TakenSeats> taken = {};
};

// As text and back; nothing for anything that encode_reading() does not write:
//
//   reading = "1 " microseconds " " version " " *seats
//   seats   = ("H" / "S") number "-" number ";"
std::string encode_reading(const SeatsReading& reading);
std::optional<SeatsReading> parse_reading(std::string_view text);

// The reading without its seats, from the first kReadingHeadBytes of the text.
inline constexpr std::size_t kReadingHeadBytes = 64;
std::optional<SeatsReading> parse_reading_head(std::string_view text);

// The version of these seats of these ranges.
std::string seats_version(const std::vector<SeatRange>& ranges,
                          const std::vector<TakenSeats>& taken);

}  // namespace stagedoor
