#include "sale/cache_keys.h"

namespace stagedoor::sale {

std::string concert_version(ConcertId id) { return "concert:" + std::to_string(id.value); }

std::string seats_reading_entry(ConcertId concert_id, DateId date_id) {
  return "seats:" + std::to_string(concert_id.value) + ":" + std::to_string(date_id.value);
}

std::string seats_reading_lease(ConcertId concert_id, DateId date_id) {
  return "lease:" + seats_reading_entry(concert_id, date_id);
}

std::string list_entry(const ConcertFilter& filter) {
  const auto micros = [](Time time) { return std::to_string(time.time_since_epoch().count()); };
  std::string entry = std::string(kConcertListVersion) + ":" + std::to_string(filter.limit) +
                      (filter.past ? ":past" : ":coming");
  if (filter.day) entry += ":on:" + micros(*filter.day);
  if (filter.after) {
    entry += ":after:" + micros(filter.after->first_date_at) + ":" +
             std::to_string(filter.after->concert_id.value);
  }
  return entry;
}

}  // namespace stagedoor::sale
