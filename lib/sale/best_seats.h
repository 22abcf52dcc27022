#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "db/transaction.h"
#include "sale/reservation_rules.h"

// Choosing the best free seats of a date: neighbours if there are any, of the cheapest price, with
// the lowest numbers. REQUIRES of both: wish.best_available.
namespace stagedoor::sale {

// Chooses among seats that no other reserve works on, window by window, and locks what it looks
// at. Many may choose at once and get different seats, whole groups of neighbours apart. Nothing
// when it saw no neighbours within reach; there may be some.
std::optional<std::vector<std::int64_t>> choose_beside_others(db::Transaction& transaction,
                                                              DateId date_id, const SeatWish& wish);

// Looks at all free seats, the lapsed among them, without locks: the choice may be gone when the
// caller locks it. Any seats will do when there are no neighbours. Nothing when there are not that
// many.
std::optional<std::vector<std::int64_t>> choose_with_care(db::Transaction& transaction,
                                                          DateId date_id, const SeatWish& wish);

}  // namespace stagedoor::sale
