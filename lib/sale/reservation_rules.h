#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sale/concert_rules.h"

namespace stagedoor {

inline constexpr std::int64_t kSeatsPerHoldMax = 100;

enum class ReservationStatus { kHeld, kConfirmed, kExpired, kCancelled, kRefunded };

constexpr auto enum_texts(ReservationStatus /*of*/) {
  using enum ReservationStatus;
  return std::array{EnumText{kHeld, "HELD"}, EnumText{kConfirmed, "CONFIRMED"},
                    EnumText{kExpired, "EXPIRED"}, EnumText{kCancelled, "CANCELLED"},
                    EnumText{kRefunded, "REFUNDED"}};
}

// The status that a stored one has at `now`: a hold past its deadline is EXPIRED, whether or not a
// sweep has written that down.
ReservationStatus reservation_status(ReservationStatus stored, Time held_until, Time now);

struct ReservedSeat {
  std::int64_t number = 0;
  std::string label = {};
  std::optional<std::string> section = {};
  std::string grade = {};
  Money price = {};
};

struct Reservation {
  ReservationId id = {};
  UserId user_id = {};
  ConcertId concert_id = {};
  std::string concert_title = {};
  DateId date_id = {};
  Time starts_at = {};
  ReservationStatus status = ReservationStatus::kHeld;
  std::vector<ReservedSeat> seats = {};
  Money amount = {};
  Time held_until = {};
  Time created_at = {};
  std::optional<PaymentId> payment_id = {};
};

// What a user asks for: the seats with these numbers, or the best `best_available` of a grade.
struct SeatWish {
  std::vector<std::int64_t> numbers = {};
  std::optional<std::int64_t> best_available = {};
  std::optional<std::string> grade = {};

  [[nodiscard]] std::int64_t count() const {
    return best_available.value_or(static_cast<std::int64_t>(numbers.size()));
  }
};

// What is known of the date when a user wants to hold seats of it.
struct DateOnSale {
  ConcertId concert_id;
  std::string concert_title;
  Time starts_at;
  std::optional<Time> opens_at;  // its own
  Time closes_at;                // the concert's
  std::int64_t hold_s = 0;
  std::int64_t max_seats_per_user = 0;
};

// What is known of the user.
struct UserAtSale {
  ConcertId token_concert_id;
  std::optional<ReservationId> open_hold;
  std::int64_t seats_of_date = 0;  // held and owned
};

// The refusals that do not depend on single seats, in the order of web/openapi.yaml; Done
// when there is none.
Outcome<Done> check_wish(const SeatWish& wish, const std::optional<DateOnSale>& date,
                         const UserAtSale& user, Time now);

Refused refuse_unknown_seat();

// A seat under its lock.
struct LockedSeat {
  ReservedSeat seat;
  SeatStatus status = SeatStatus::kAvailable;
  std::optional<Time> held_until;

  // SOLD, or HELD by a hold that has not lapsed.
  [[nodiscard]] bool taken(Time now) const {
    return status == SeatStatus::kSold || (status == SeatStatus::kHeld && *held_until > now);
  }
};

// Refuses with the numbers that are taken, or kValidationFailed when some do not exist.
// REQUIRES: `locked` are those of `wanted` that exist.
Outcome<Done> check_seats_free(const std::vector<std::int64_t>& wanted,
                               const std::vector<LockedSeat>& locked, Time now);

// `count` neighbours out of `free`, which is sorted by number: consecutive numbers of one section,
// the lowest, unless that would leave a single seat alone and another choice would not. Nothing
// when there are no neighbours. With `open_ended` there may be more seats behind the last one, and
// a choice that leaves a single seat alone, or may do so, is none. None of those `beyond_reach`,
// which are free as far as is known, is chosen.
std::optional<std::vector<std::int64_t>> choose_neighbours(
    const std::vector<ReservedSeat>& free, std::int64_t count, bool open_ended,
    const std::set<std::int64_t>& beyond_reach = {});

}  // namespace stagedoor
