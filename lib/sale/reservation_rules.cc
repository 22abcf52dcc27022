#include "sale/reservation_rules.h"

#include <algorithm>
#include <set>

namespace stagedoor {
namespace {

Refused refuse_numbers(std::string detail) {
  return Refused::fields({{"seats", std::move(detail)}});
}

// None, too many, or one twice. (That one does not exist is found when the seats are locked.)
std::optional<Refused> check_numbers(const SeatWish& wish) {
  if (wish.best_available) return std::nullopt;
  if (wish.numbers.empty()) return refuse_numbers("must name at least one seat");
  if (wish.count() > kSeatsPerHoldMax) return refuse_numbers("must not name more than 100 seats");
  const std::set<std::int64_t> distinct(wish.numbers.begin(), wish.numbers.end());
  if (distinct.size() != wish.numbers.size()) return refuse_numbers("names a seat twice");
  return std::nullopt;
}

// Neighbours without a gap: free[first, last) are consecutive numbers of one section.
struct Block {
  std::size_t first;
  std::size_t last;
  [[nodiscard]] std::int64_t length() const { return static_cast<std::int64_t>(last - first); }
};

std::vector<Block> find_blocks(const std::vector<ReservedSeat>& free) {
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < free.size(); ++i) {
    const bool continues =
        i > 0 && free[i].number == free[i - 1].number + 1 && free[i].section == free[i - 1].section;
    if (continues) {
      blocks.back().last = i + 1;
    } else {
      blocks.push_back({i, i + 1});
    }
  }
  return blocks;
}

// Where the first `count` of a block begin that are within reach. Whole groups are passed by, so
// that what lies before the choice can go to others of the same size.
std::optional<std::size_t> first_group(const std::vector<ReservedSeat>& free, const Block& block,
                                       std::size_t count,
                                       const std::set<std::int64_t>& beyond_reach) {
  for (std::size_t at = block.first; at + count <= block.last; at += count) {
    const auto begin = free.begin() + static_cast<std::ptrdiff_t>(at);
    if (std::none_of(
            begin, begin + static_cast<std::ptrdiff_t>(count),
            [&](const ReservedSeat& seat) { return beyond_reach.contains(seat.number); })) {
      return at;
    }
  }
  return std::nullopt;
}

}  // namespace

ReservationStatus reservation_status(ReservationStatus stored, Time held_until, Time now) {
  const bool lapsed = stored == ReservationStatus::kHeld && now >= held_until;
  return lapsed ? ReservationStatus::kExpired : stored;
}

Refused refuse_unknown_seat() { return refuse_numbers("names a seat that does not exist"); }

Outcome<Done> check_wish(const SeatWish& wish, const std::optional<DateOnSale>& date,
                         const UserAtSale& user, Time now) {
  if (!date) return Refused{Refusal::kNotFound};
  if (date->concert_id != user.token_concert_id) return Refused{Refusal::kWrongConcert};
  if (now >= date->starts_at || now >= date->closes_at) return Refused{Refusal::kSaleClosed};
  if (date->opens_at && now < *date->opens_at) {
    return Refused{Refusal::kNotOnSale, {{"sale_opens_at", to_rfc3339(*date->opens_at)}}};
  }
  if (auto refused = check_numbers(wish)) return *refused;
  if (user.open_hold) {
    return Refused{Refusal::kHoldExists, {{"reservation_id", user.open_hold->text()}}};
  }
  if (user.seats_of_date + wish.count() > date->max_seats_per_user) {
    return Refused{Refusal::kSeatLimitExceeded, {{"limit", date->max_seats_per_user}}};
  }
  return Done{};
}

Outcome<Done> check_seats_free(const std::vector<std::int64_t>& wanted,
                               const std::vector<LockedSeat>& locked, Time now) {
  if (locked.size() != wanted.size()) return refuse_unknown_seat();
  std::vector<std::int64_t> taken;
  for (const LockedSeat& seat : locked) {
    if (seat.taken(now)) taken.push_back(seat.seat.number);
  }
  if (taken.empty()) return Done{};
  return Refused{Refusal::kSeatUnavailable, {{"seats", std::move(taken)}}};
}

std::optional<std::vector<std::int64_t>> choose_neighbours(
    const std::vector<ReservedSeat>& free, std::int64_t count, bool open_ended,
    const std::set<std::int64_t>& beyond_reach) {
  std::optional<std::size_t> chosen;
  for (const Block& block : find_blocks(free)) {
    const auto group = first_group(free, block, static_cast<std::size_t>(count), beyond_reach);
    if (!group) continue;
    const std::size_t behind = block.last - *group - static_cast<std::size_t>(count);
    const bool may_go_on = open_ended && block.last == free.size();
    const bool may_leave_one_alone = behind == 1 || (behind == 0 && may_go_on);
    // Without an end in sight, a choice that leaves no single seat may still come.
    if (!chosen && !(may_leave_one_alone && open_ended)) chosen = group;
    if (may_leave_one_alone) continue;
    chosen = group;
    break;
  }
  if (!chosen) return std::nullopt;
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < count; ++i) numbers.push_back(free[*chosen].number + i);
  return numbers;
}

}  // namespace stagedoor
