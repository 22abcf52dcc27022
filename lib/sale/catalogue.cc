#include "sale/catalogue.h"

#include "line/advance.h"
#include "sale/cache_keys.h"
#include "sale/demo.h"

namespace stagedoor::sale {
namespace {

void announce_concert(line::WaitingRoom& room, ConcertId id) {
  room.cache.invalidate(concert_version(id));
  room.cache.invalidate(kConcertListVersion);
  line::try_advance_line(room.database, room.memcached, id);
}

}  // namespace

std::string cached_concert_page(line::WaitingRoom& room, const ConcertFilter& filter, Time now,
                                const WriteText& write) {
  return room.cache.fetch(kConcertListVersion, list_entry(filter), kConcertListAgeMax, now, write);
}

std::string cached_concert(line::WaitingRoom& room, ConcertId id, Time now,
                           const WriteText& write) {
  const std::string version = concert_version(id);
  return room.cache.fetch(version, version + ":shown", kConcertAgeMax, now, write);
}

std::string cached_dates(line::WaitingRoom& room, ConcertId id, bool available_only, Time now,
                         const WriteText& write) {
  const std::string version = concert_version(id);
  const std::string entry = version + (available_only ? ":dates:available" : ":dates");
  return room.cache.fetch(version, entry, kDatesAgeMax, now, write);
}

std::string cached_stats(line::WaitingRoom& room, ConcertId id, Time now, const WriteText& write) {
  const std::string key = concert_version(id) + ":stats";
  return room.cache.fetch(key, key, kStatsAgeMax, now, write);
}

CreatedConcert put_on_sale(line::WaitingRoom& room, const NewConcert& concert) {
  CreatedConcert created = create_concert(room.database, concert);
  room.cache.invalidate(kConcertListVersion);
  return created;
}

Outcome<DateSummary> put_date_on_sale(line::WaitingRoom& room, ConcertId id, const NewDate& date) {
  auto added = add_date(room.database, id, date);
  if (added) announce_concert(room, id);
  return added;
}

Outcome<Concert> apply_change(line::WaitingRoom& room, ConcertId id,
                              const std::function<void(ConcertSettings&)>& change) {
  auto changed = change_concert(room.database, id, change);
  if (changed) announce_concert(room, id);
  return changed;
}

int put_demo_on_sale(line::WaitingRoom& room) {
  const int created = load_demo(room.database);
  if (created > 0) room.cache.invalidate(kConcertListVersion);
  return created;
}

}  // namespace stagedoor::sale
