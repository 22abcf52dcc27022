#pragma once

#include <string>

#include "base/clock.h"
#include "base/id.h"
#include "sale/concerts.h"

// The names under which lists are cached, and how old each may be. web/openapi.yaml bounds what a
// client sees; what is left of a bound is for the time that an answer spends in clients' caches.
namespace stagedoor::sale {

inline constexpr Micros kConcertListAgeMax = std::chrono::seconds{3};
inline constexpr Micros kConcertAgeMax = std::chrono::milliseconds{1'500};
inline constexpr Micros kDatesAgeMax = std::chrono::seconds{3};
inline constexpr Micros kStatsAgeMax = std::chrono::seconds{2};

// Changes are not announced: the listing of a hall in a rush would be built anew all the time.
inline constexpr Micros kSeatsAgeMax = std::chrono::milliseconds{900};

// The version of all pages of the list of concerts.
inline constexpr const char* kConcertListVersion = "concerts";

// One page of it.
std::string list_entry(const ConcertFilter& filter);

// What a host has last read of a date's seats, and the lease of the host that reads them.
std::string seats_reading_entry(ConcertId concert_id, DateId date_id);
std::string seats_reading_lease(ConcertId concert_id, DateId date_id);

// The version of all that is cached of one concert.
std::string concert_version(ConcertId id);

}  // namespace stagedoor::sale
