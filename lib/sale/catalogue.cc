#include "sale/catalogue.h"

#include "line/advance.h"
#include "sale/cache_keys.h"
#include "sale/demo.h"

namespace stagedoor::sale {
namespace {

void announce_concert(line::LineStores& stores, ConcertId id) {
  stores.cache.invalidate(concert_version(id));
  stores.cache.invalidate(kConcertListVersion);
  line::try_advance_line(stores.database, stores.memcached, id);
}

}  // namespace

std::string cached_concert_page(line::LineStores& stores, const ConcertFilter& filter, Time now,
                                const WriteText& write) {
  return stores.cache.fetch(kConcertListVersion, list_entry(filter), kConcertListAgeMax, now,
                            write);
}

std::string cached_concert(line::LineStores& stores, ConcertId id, Time now,
                           const WriteText& write) {
  const std::string version = concert_version(id);
  return stores.cache.fetch(version, version + ":shown", kConcertAgeMax, now, write);
}

std::string cached_dates(line::LineStores& stores, ConcertId id, bool available_only, Time now,
                         const WriteText& write) {
  const std::string version = concert_version(id);
  const std::string entry = version + (available_only ? ":dates:available" : ":dates");
  return stores.cache.fetch(version, entry, kDatesAgeMax, now, write);
}

std::string cached_stats(line::LineStores& stores, ConcertId id, Time now, const WriteText& write) {
  const std::string key = concert_version(id) + ":stats";
  return stores.cache.fetch(key, key, kStatsAgeMax, now, write);
}

CreatedConcert put_on_sale(line::LineStores& stores, const NewConcert& concert) {
  CreatedConcert created = create_concert(stores.database, concert);
  stores.cache.invalidate(kConcertListVersion);
  return created;
}

Outcome<DateSummary> put_date_on_sale(line::LineStores& stores, ConcertId id, const NewDate& date) {
  auto added = add_date(stores.database, id, date);
  if (added) announce_concert(stores, id);
  return added;
}

Outcome<Concert> apply_change(line::LineStores& stores, ConcertId id,
                              const std::function<void(ConcertSettings&)>& change) {
  auto changed = change_concert(stores.database, id, change);
  if (changed) announce_concert(stores, id);
  return changed;
}

int put_demo_on_sale(line::LineStores& stores) {
  const int created = load_demo(stores.database);
  if (created > 0) stores.cache.invalidate(kConcertListVersion);
  return created;
}

}  // namespace stagedoor::sale
