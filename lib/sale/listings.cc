#include "sale/listings.h"

#include <fstream>
#include <iterator>
#include <thread>

#include "base/json_writer.h"
#include "sale/cache_keys.h"
#include "sale/seat_ranges.h"

namespace stagedoor::sale {
namespace {

// While a reading is younger, nothing is read anew.
constexpr Micros kFreshFor = kSeatsAgeMax / 2;
// A process that sent a request on to the builder sends no other one before that time.
constexpr Micros kSendOnPause = std::chrono::milliseconds{100};
constexpr std::size_t kKnownMax = 256;

// A host that stands still while it reads delays the others by no more than this.
constexpr std::chrono::seconds kLeaseExpiry{2};
constexpr std::chrono::seconds kSharedExpiry{60};

// Until the listing of the largest hall is written on a busy machine.
constexpr std::chrono::milliseconds kWaitStep{4};
constexpr Micros kWaitFor = std::chrono::seconds{1};

// Files of before may have lost their content with the power. They are not synced to the disk.
constexpr Micros kFilesTrustedFor = std::chrono::seconds{10};

// A hold that has lapsed is free from that instant. The statuses are listed, as the server would
// not use the index for "not AVAILABLE".
constexpr const char* kSelectTaken =
    "SELECT number, status FROM seats WHERE date_id = ? AND status IN ('HELD', 'SOLD')"
    " AND (status = 'SOLD' OR held_until > ?) ORDER BY number";

std::vector<TakenSeats> read_taken(db::Connection& database, DateId date_id, Time now) {
  std::vector<TakenSeats> taken;
  std::int64_t number = 0;
  SeatStatus status{};
  for (db::Rows rows = database.query(kSelectTaken, date_id, now); rows.next();) {
    rows.read(number, status);
    add_taken_seat(taken, number, status);
  }
  return taken;
}

Listing in_file(const ListingFiles& files, const std::string& version, bool available_only) {
  return {.version = version, .file = files.name_of(version, available_only)};
}

}  // namespace

Micros Listings::age_of(const SeatsReading& reading) {
  return database_.estimated_now() - reading.read_at;
}

// A reading of the future is none: the database's clock has been set back.
bool Listings::is_fresh(const SeatsReading& reading) {
  const Micros age = age_of(reading);
  return age > -kFreshFor && age < kFreshFor;
}

bool Listings::may_be_shown(const SeatsReading& reading) {
  const Micros age = age_of(reading);
  return age > -kFreshFor && age <= kSeatsAgeMax;
}

std::optional<Listing> Listings::name(const ListedDate& date, bool available_only) {
  const ListingFiles files(folder_, date);
  if (known_.size() > kKnownMax) known_.clear();
  Known& known = known_[date];
  if (!is_fresh(known.reading)) {
    known.reading = files.reading(/*head_only=*/true).value_or(SeatsReading{});
  }
  if (!may_be_shown(known.reading)) return std::nullopt;
  if (!is_fresh(known.reading) && monotonic_now() - known.sent_on_at > kSendOnPause) {
    known.sent_on_at = monotonic_now();
    return std::nullopt;
  }
  return in_file(files, known.reading.version, available_only);
}

std::optional<Listing> Listings::find(const ListedDate& date, bool available_only) {
  const ListingFiles files(folder_, date);
  if (!files.exist()) {
    if (find_seat_ranges(database_, date.concert_id, date.date_id).empty()) return std::nullopt;
    files.create();
  }
  const Micros waits_until = monotonic_now() + kWaitFor;
  while (files.exist() && monotonic_now() < waits_until) {
    const auto reading = files.reading(/*head_only=*/true);
    const bool is_there = reading && files.has(reading->version, available_only);
    if (is_there && is_fresh(*reading)) return in_file(files, reading->version, available_only);
    if (const auto lock = files.lock(); lock.is_held()) return build(date, available_only, files);
    if (is_there && may_be_shown(*reading)) return in_file(files, reading->version, available_only);
    std::this_thread::sleep_for(kWaitStep);
  }
  return build_for_itself(date, available_only);
}

// The files come before the reading that names them.
std::optional<Listing> Listings::build(const ListedDate& date, bool available_only,
                                       const ListingFiles& files) {
  const auto before = files.reading(/*head_only=*/false);
  const auto reading = before && is_fresh(*before) ? before : read_anew(date, before);
  if (!reading) return std::nullopt;
  const bool trusted = before && age_of(*before) < kFilesTrustedFor;
  const auto is_written = [&](bool only) {
    return (trusted && files.has(reading->version, only)) ||
           files.write(reading->version, only, write_body(date, only, *reading));
  };
  bool written = is_written(false);
  if (written && (!before || before->read_at != reading->read_at)) {
    written = files.set_reading(*reading);
    files.keep_only(reading->version, before ? before->version : "");
  }
  if (written && (!available_only || is_written(true))) {
    return in_file(files, reading->version, available_only);
  }
  return in_memory(date, available_only, *reading);
}

std::optional<Listing> Listings::build_for_itself(const ListedDate& date, bool available_only) {
  const auto reading = read_anew(date, std::nullopt);
  if (!reading) return std::nullopt;
  return in_memory(date, available_only, *reading);
}

Listing Listings::in_memory(const ListedDate& date, bool available_only,
                            const SeatsReading& reading) {
  return {
      .version = reading.version, .file = "", .body = write_body(date, available_only, reading)};
}

// Of several hosts one reads, and the others keep what they have until its reading is there.
std::optional<SeatsReading> Listings::read_anew(const ListedDate& date,
                                                const std::optional<SeatsReading>& before) {
  if (auto shared = read_shared(date)) return shared;
  const std::string lease = seats_reading_lease(date.concert_id, date.date_id);
  const bool leased = memcached_.add(lease, "1", kLeaseExpiry);
  if (!leased && before && may_be_shown(*before) && memcached_.get(lease)) return before;
  auto reading = read_seats(date);
  if (reading) {
    memcached_.set(seats_reading_entry(date.concert_id, date.date_id), encode_reading(*reading),
                   kSharedExpiry);
  }
  if (leased) memcached_.remove(lease);
  return reading;
}

std::optional<SeatsReading> Listings::read_shared(const ListedDate& date) {
  const auto text = memcached_.get(seats_reading_entry(date.concert_id, date.date_id));
  auto reading = text ? parse_reading(*text) : std::nullopt;
  return reading && is_fresh(*reading) ? reading : std::nullopt;
}

std::optional<SeatsReading> Listings::read_seats(const ListedDate& date) {
  const auto ranges = find_seat_ranges(database_, date.concert_id, date.date_id);
  if (ranges.empty()) return std::nullopt;
  SeatsReading reading{.read_at = database_.estimated_now()};
  reading.taken = read_taken(database_, date.date_id, reading.read_at);
  reading.version = seats_version(ranges, reading.taken);
  return reading;
}

std::string Listings::write_body(const ListedDate& date, bool available_only,
                                 const SeatsReading& reading) {
  auto ranges = find_seat_ranges(database_, date.concert_id, date.date_id);
  JsonWriter json;
  json.begin_object()
      .field("concert_id", date.concert_id)
      .field("date_id", date.date_id)
      .field("version", reading.version)
      .key("seats")
      .raw(write_seats(std::move(ranges), reading.taken, available_only));
  return json.end_object().take();
}

std::string Listings::body_of(Listing listing) const {
  if (listing.file.empty()) return std::move(listing.body);
  std::ifstream file(folder_ / listing.file, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace stagedoor::sale
