#include "sale/seats_version.h"

#include "base/encoding.h"
#include "sale/cache_keys.h"

namespace stagedoor::sale {
namespace {

constexpr std::chrono::seconds kExpiry{60};
// Whoever was to read anew and died delays the others by this much.
constexpr std::chrono::seconds kLeaseExpiry{2};
constexpr Micros kFreshFor = kSeatsAgeMax / 2;
constexpr std::size_t kKnownMax = 256;

std::string key_of(ConcertId concert_id, DateId date_id) {
  return "version:" + seats_entry(concert_id, date_id, false);
}

}  // namespace

// "<microseconds> <version>"
std::optional<SeatsVersions::Reading> SeatsVersions::fetch(const std::string& key) {
  const auto text = memcached_.get(key);
  const auto blank = text ? text->find(' ') : std::string::npos;
  if (blank == std::string::npos) return std::nullopt;
  const auto micros = parse_integer(std::string_view(*text).substr(0, blank));
  if (!micros) return std::nullopt;
  return Reading{text->substr(blank + 1), Time{Micros{*micros}}};
}

const SeatsVersions::Reading& SeatsVersions::latest(ConcertId concert_id, DateId date_id,
                                                    Time now) {
  if (known_.size() > kKnownMax) known_.clear();
  Reading& known = known_[{concert_id, date_id}];
  if (is_younger(known.read_at, now, kFreshFor)) return known;
  const auto fetched = fetch(key_of(concert_id, date_id));
  const bool known_is_ahead = known.read_at > now && !is_younger(known.read_at, now, kFreshFor);
  if (fetched && (fetched->read_at > known.read_at || known_is_ahead)) known = *fetched;
  return known;
}

std::optional<std::string> SeatsVersions::fresh(ConcertId concert_id, DateId date_id) {
  const Time now = database_.estimated_now();
  const Reading& reading = latest(concert_id, date_id, now);
  if (!is_younger(reading.read_at, now, kFreshFor)) return std::nullopt;
  return reading.version;
}

std::optional<std::string> SeatsVersions::fresh_enough(ConcertId concert_id, DateId date_id) {
  const Time now = database_.estimated_now();
  const Reading& reading = latest(concert_id, date_id, now);
  if (!is_younger(reading.read_at, now, kSeatsAgeMax)) return std::nullopt;
  const std::string lease = "lease:" + key_of(concert_id, date_id);
  if (!is_younger(reading.read_at, now, kFreshFor) && memcached_.add(lease, "1", kLeaseExpiry)) {
    return std::nullopt;
  }
  return reading.version;
}

void SeatsVersions::publish(ConcertId concert_id, DateId date_id, const std::string& version,
                            Time read_at) {
  const std::string key = key_of(concert_id, date_id);
  memcached_.set(key, std::to_string(read_at.time_since_epoch().count()) + " " + version, kExpiry);
  memcached_.remove("lease:" + key);
}

}  // namespace stagedoor::sale
