#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/enum_text.h"
#include "base/id.h"
#include "base/refusal.h"
#include "sale/beacon_rules.h"

namespace stagedoor {

inline constexpr int kSeatsPerDateMax = 100'000;
inline constexpr std::int64_t kSeatNumberMax = 1'000'000;
inline constexpr std::int64_t kPriceMax = 1'000'000'000;
inline constexpr std::size_t kLabelLengthMax = 64;

enum class SaleState { kScheduled, kOpen, kSoldOut, kClosed };

constexpr auto enum_texts(SaleState /*of*/) {
  using enum SaleState;
  return std::array{EnumText{kScheduled, "SCHEDULED"}, EnumText{kOpen, "OPEN"},
                    EnumText{kSoldOut, "SOLD_OUT"}, EnumText{kClosed, "CLOSED"}};
}

enum class SeatStatus { kAvailable, kHeld, kSold };

constexpr auto enum_texts(SeatStatus /*of*/) {
  using enum SeatStatus;
  return std::array{EnumText{kAvailable, "AVAILABLE"}, EnumText{kHeld, "HELD"},
                    EnumText{kSold, "SOLD"}};
}

// In which order a line moves.
enum class LineOrder { kFifo, kLottery };

constexpr auto enum_texts(LineOrder /*of*/) {
  using enum LineOrder;
  return std::array{EnumText{kFifo, "fifo"}, EnumText{kLottery, "lottery"}};
}

// What an organiser may change while the sale runs.
struct ConcertSettings {
  std::string title;
  std::string artist;
  std::string venue;
  std::string description;
  std::optional<Time> sale_opens_at;
  std::optional<Time> sale_closes_at;
  std::optional<Time> refund_until;
  std::int64_t max_active = 100;
  std::int64_t admit_per_minute = 0;  // 0: as many as there is room for
  std::int64_t claim_s = 60;
  std::int64_t active_s = 600;
  std::int64_t hold_s = 300;
  std::int64_t max_seats_per_user = 4;
  LineOrder order = LineOrder::kFifo;
  std::int64_t draw_lead_s = 60;
  std::optional<Beacon> beacon = {};
};

struct Concert {
  ConcertId id;
  ConcertSettings settings;
  Time first_date_at;
  Time last_date_at;
  bool sold_out = false;  // as of the last advance of its line
};

// Seats `from` to `to` of a date. In a label, `{n}` counts from 1 within the range; no label means
// the seat's number.
struct SeatRange {
  std::int64_t from = 1;
  std::int64_t to = 50;
  std::optional<std::string> section;
  std::string grade = "R";
  Money price{100'000};
  std::optional<std::string> label;

  [[nodiscard]] std::int64_t count() const { return to - from + 1; }
};

// What a new date holds unless its organiser says otherwise: 1..50, grade R, 100,000.
std::vector<SeatRange> default_seats();

struct NewDate {
  Time starts_at = {};
  std::optional<Time> sale_opens_at = {};
  std::vector<SeatRange> seats = default_seats();
};

struct NewConcert {
  ConcertSettings settings;
  std::vector<NewDate> dates;
};

// A date as the list of a concert's dates shows it.
struct DateSummary {
  DateId id = {};
  Time starts_at = {};
  std::optional<Time> sale_opens_at = {};
  std::int64_t seats_total = 0;
  std::int64_t seats_available = 0;
  Money price_min = {};
  Money price_max = {};
};

// CLOSED from sale_closes_at and from the start of the last date, whichever is first.
SaleState sale_state(const Concert& concert, Time now);

// What is wrong with the settings as a whole, beyond the bounds of single fields.
std::vector<FieldError> check_settings(const ConcertSettings& settings);

// What is wrong with the beacon of a lottery whose entries are open at `now`: its value must be
// known to nobody before they close.
std::vector<FieldError> check_beacon(const ConcertSettings& settings, Time now);

// What is wrong with the seats of one date: ranges that run backwards or overlap, labels that
// their numbers make too long, too many seats.
// `field` is the list's name in the request.
std::vector<FieldError> check_seats(const std::vector<SeatRange>& seats, const std::string& field);

}  // namespace stagedoor
