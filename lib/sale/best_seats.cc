#include "sale/best_seats.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <string>

#include "db/columns.h"

namespace stagedoor::sale {
namespace {

// How many seats are looked at, and locked, first; then twice as many each time, so that a large
// hall in pieces costs few statements.
constexpr std::int64_t kWindowMin = 32;
constexpr std::int64_t kWindowPerSeat = 8;
constexpr std::int64_t kLastNumber = std::numeric_limits<std::int64_t>::max();

// Seats of one grade and price: among them the lower number is the better seat.
struct Tier {
  std::string grade;
  Money price;
};

// From tier to tier along the index: what it costs depends on how many tiers there are, not on how
// many seats. The optimizer would read them all.
constexpr const char* kNextTier =
    "SELECT grade, price FROM seats FORCE INDEX (by_tier)"
    " WHERE date_id = ? AND status = 'AVAILABLE' AND (grade > ? OR (grade = ? AND price > ?))"
    " ORDER BY grade, price LIMIT 1";
constexpr const char* kNextTierOfGrade =
    "SELECT grade, price FROM seats FORCE INDEX (by_tier)"
    " WHERE date_id = ? AND status = 'AVAILABLE' AND grade = ? AND price > ?"
    " ORDER BY price LIMIT 1";

// Along the primary key it would pass by all that is taken already.
const db::Select<ReservedSeat> kLockWindow(
    {{"number", &ReservedSeat::number}, {"section", &ReservedSeat::section}},
    "FROM seats FORCE INDEX (by_tier)"
    " WHERE date_id = ? AND status = 'AVAILABLE' AND grade = ? AND price = ? AND number > ?"
    " ORDER BY number LIMIT ? FOR UPDATE SKIP LOCKED");

// What is free as far as others have committed, those that are locked by them included.
const db::Select<ReservedSeat> kSelectWindow(
    {{"number", &ReservedSeat::number}, {"section", &ReservedSeat::section}},
    "FROM seats FORCE INDEX (by_tier)"
    " WHERE date_id = ? AND status = 'AVAILABLE' AND grade = ? AND price = ? AND number > ?"
    " AND number <= ? ORDER BY number");

const db::Select<ReservedSeat> kSelectFree(
    {{"number", &ReservedSeat::number},
     {"section", &ReservedSeat::section},
     {"price", &ReservedSeat::price}},
    "FROM seats WHERE date_id = ?"
    " AND (status = 'AVAILABLE' OR (status = 'HELD' AND held_until <= SYSDATE(6)))"
    " AND (? IS NULL OR grade = ?) ORDER BY number");

// The cheapest first.
std::vector<Tier> read_tiers(db::Transaction& transaction, DateId date_id,
                             const std::optional<std::string>& grade) {
  std::vector<Tier> tiers;
  Tier tier{grade.value_or(""), Money{-1}};
  const auto read_next = [&] {
    return grade ? transaction.query(kNextTierOfGrade, date_id, *grade, tier.price)
                       .read_first(tier.grade, tier.price)
                 : transaction.query(kNextTier, date_id, tier.grade, tier.grade, tier.price)
                       .read_first(tier.grade, tier.price);
  };
  while (read_next()) tiers.push_back(tier);
  std::stable_sort(tiers.begin(), tiers.end(),
                   [](const Tier& a, const Tier& b) { return a.price < b.price; });
  return tiers;
}

// Locked seats of others would tear the groups: a choice between them leaves single seats.
std::optional<std::vector<std::int64_t>> choose_in_tier(db::Transaction& transaction,
                                                        DateId date_id, const Tier& tier,
                                                        std::int64_t count) {
  std::int64_t window = std::max(kWindowMin, kWindowPerSeat * count);
  std::int64_t last = 0;
  std::vector<ReservedSeat> free;
  std::set<std::int64_t> beyond_reach;
  for (bool more = true; more;) {
    const auto locked = kLockWindow.all(transaction, date_id, tier.grade, tier.price, last, window);
    more = std::ssize(locked) == window;
    const std::int64_t upto = more ? locked.back().number : kLastNumber;
    const auto known = kSelectWindow.all(transaction, date_id, tier.grade, tier.price, last, upto);
    for (const ReservedSeat& seat : known) beyond_reach.insert(seat.number);
    for (const ReservedSeat& seat : locked) beyond_reach.erase(seat.number);
    free.insert(free.end(), known.begin(), known.end());
    if (auto chosen = choose_neighbours(free, count, more, beyond_reach)) return chosen;
    last = upto;
    window *= 2;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::int64_t>> choose_beside_others(db::Transaction& transaction,
                                                              DateId date_id,
                                                              const SeatWish& wish) {
  for (const Tier& tier : read_tiers(transaction, date_id, wish.grade)) {
    if (auto chosen = choose_in_tier(transaction, date_id, tier, wish.count())) return chosen;
  }
  return std::nullopt;
}

std::optional<std::vector<std::int64_t>> choose_with_care(db::Transaction& transaction,
                                                          DateId date_id, const SeatWish& wish) {
  auto free = kSelectFree.all(transaction, date_id, wish.grade, wish.grade);
  if (static_cast<std::int64_t>(free.size()) < wish.count()) return std::nullopt;
  if (auto chosen = choose_neighbours(free, wish.count(), false)) return chosen;
  std::stable_sort(free.begin(), free.end(),
                   [](const ReservedSeat& a, const ReservedSeat& b) { return a.price < b.price; });
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < wish.count(); ++i) {
    numbers.push_back(free[static_cast<std::size_t>(i)].number);
  }
  return numbers;
}

}  // namespace stagedoor::sale
