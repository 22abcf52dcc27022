#include "watch/gauges.h"

#include <algorithm>
#include <vector>

#include "base/encoding.h"
#include "base/failure.h"
#include "base/log.h"
#include "db/columns.h"
#include "watch/alerts.h"

namespace stagedoor::watch {
namespace {

// How long one reading may count seats. A single date is not interrupted: one of 100,000 seats
// takes some ten milliseconds.
constexpr Micros kCountingBudget = std::chrono::milliseconds{50};
// Seats of a date whose line is empty change seldom.
constexpr Micros kIdleDateAge = std::chrono::minutes{1};
// What people were told is compared with what happened to those who came in last, over at most this
// much of their wait.
constexpr Micros kEstimateAge = std::chrono::minutes{5};
constexpr Micros kShortestWait = std::chrono::seconds{5};
constexpr std::size_t kEstimatedLinesMax = 20;

struct LineRow {
  ConcertId concert_id;
  std::string snapshot;
  Place last_place;
};
const db::Select<LineRow> kSelectSnapshots({{"q.concert_id", &LineRow::concert_id},
                                            {"q.snapshot", &LineRow::snapshot},
                                            {"c.last_place", &LineRow::last_place}},
                                           "FROM queues q"
                                           " JOIN queue_counters c ON c.concert_id = q.concert_id"
                                           " JOIN concerts s ON s.concert_id = q.concert_id"
                                           " WHERE s.last_date_at > ? AND q.snapshot IS NOT NULL");
constexpr const char* kCountOpenHolds =
    "SELECT COUNT(*) FROM reservations WHERE status = 'HELD' AND held_until > ?";
constexpr const char* kServerStatus =
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Innodb_row_lock_waits', 'Innodb_row_lock_time')";
constexpr const char* kSelectDatesToCome =
    "SELECT date_id, concert_id FROM dates WHERE starts_at > ?";
const db::Select<SeatCounts> kCountSeats(
    {{"CAST(COALESCE(SUM(status = 'AVAILABLE' OR (status = 'HELD' AND held_until <= ?)), 0)"
      " AS SIGNED)",
      &SeatCounts::available},
     {"CAST(COALESCE(SUM(status = 'HELD' AND held_until > ?), 0) AS SIGNED)", &SeatCounts::held},
     {"CAST(COALESCE(SUM(status = 'SOLD'), 0) AS SIGNED)", &SeatCounts::sold}},
    "FROM seats WHERE date_id = ?");

struct LastAdmission {
  std::int64_t admission = 0;
  Time admitted_at;
  Place front_before;
  Place front_place;
};
const db::Select<LastAdmission> kSelectLastAdmission(
    {{"admission", &LastAdmission::admission},
     {"admitted_at", &LastAdmission::admitted_at},
     {"front_before", &LastAdmission::front_before},
     {"front_place", &LastAdmission::front_place}},
    "FROM admissions WHERE concert_id = ? ORDER BY admission DESC LIMIT 1");
// The last one that was let in then, and since when it waits.
constexpr const char* kSelectLastAdmitted =
    "SELECT place, issued_at FROM queue_tokens WHERE concert_id = ? AND place > ? AND place <= ?"
    " AND admitted_in = ? ORDER BY place DESC LIMIT 1";
constexpr const char* kSelectFrontAt =
    "SELECT front_place FROM admissions WHERE concert_id = ? AND admitted_at <= ?"
    " ORDER BY admitted_at DESC LIMIT 1";
constexpr const char* kCountAdmittedBetween =
    "SELECT CAST(COALESCE(SUM(admitted), 0) AS SIGNED) FROM admissions"
    " WHERE concert_id = ? AND admitted_at > ? AND admitted_at <= ?";

}  // namespace

const Gauges& GaugeReader::read() {
  const Micros now = monotonic_now();
  if (read_at_ && now - *read_at_ < kAgeMax) return gauges_;
  const db::ServerState state = database_.state();
  try {
    gauges_ = state == db::ServerState::kUsable ? ask_database() : Gauges{.database = state};
  } catch (const Unavailable& e) {
    log::event(log::Level::kWarning, "the gauges of the business are unknown", e.what());
    gauges_ = {};
  }
  read_at_ = monotonic_now();
  return gauges_;
}

Gauges GaugeReader::ask_database() {
  const Time now = database_.now();
  const auto lines = read_lines(now);
  Gauges gauges{.database = db::ServerState::kUsable};
  for (const auto& [id, line] : lines) {
    gauges.waiting += line.waiting();
    gauges.active += line.active;
  }
  gauges.lines = std::ssize(lines);
  database_.query(kCountOpenHolds, now).read_first(gauges.open_holds);
  for (db::Rows rows = database_.query(kServerStatus); rows.next();) {
    std::string name;
    std::string value;
    rows.read(name, value);
    const std::int64_t number = parse_integer(value).value_or(0);
    if (name == "Innodb_row_lock_waits") gauges.row_lock_waits = number;
    if (name == "Innodb_row_lock_time") {
      gauges.row_lock_wait_time = std::chrono::milliseconds{number};
    }
  }
  gauges.unsent_alerts = count_waiting_alerts(database_);
  gauges.seats = count_seats(lines, now);
  gauges.estimated_wait_error = estimated_wait_error(lines);
  return gauges;
}

// Those that are not empty, as their last advance left them. The sweep advances every minute
// the lines without polls.
std::map<ConcertId, LineSnapshot> GaugeReader::read_lines(Time now) {
  std::map<ConcertId, LineSnapshot> lines;
  for (const LineRow& row : kSelectSnapshots.all(database_, now)) {
    auto line = LineSnapshot::decode(row.snapshot);
    // Those who joined since wait too.
    if (line) line->last_place = std::max(line->last_place, row.last_place);
    if (line && (line->waiting() > 0 || line->active > 0)) {
      lines.emplace(row.concert_id, std::move(*line));
    }
  }
  return lines;
}

void GaugeReader::list_dates(const std::map<ConcertId, LineSnapshot>& lines, Time now) {
  for (auto& [id, date] : dates_) date.seen = false;
  for (db::Rows rows = database_.query(kSelectDatesToCome, now); rows.next();) {
    DateId id;
    ConcertId concert_id;
    rows.read(id, concert_id);
    CountedDate& date = dates_[id];
    date.seen = true;
    date.in_use = lines.contains(concert_id);
  }
  std::erase_if(dates_, [](const auto& entry) { return !entry.second.seen; });
}

// Nothing until every date was counted once.
std::optional<SeatCounts> GaugeReader::count_seats(const std::map<ConcertId, LineSnapshot>& lines,
                                                   Time now) {
  list_dates(lines, now);
  const Micros started_at = monotonic_now();
  // Those that were never counted come first, then by age; an idle date waits longer for its turn.
  std::vector<std::pair<Micros, DateId>> due;
  for (const auto& [id, date] : dates_) {
    const Micros due_at =
        date.counted_at ? *date.counted_at + (date.in_use ? Micros{0} : kIdleDateAge) : Micros{0};
    if (due_at <= started_at) due.emplace_back(due_at, id);
  }
  std::sort(due.begin(), due.end());
  for (const auto& [due_at, id] : due) {
    if (monotonic_now() - started_at > kCountingBudget) break;
    CountedDate& date = dates_[id];
    date.seats = kCountSeats.first(database_, now, now, id).value_or(SeatCounts{});
    date.counted_at = monotonic_now();
  }
  SeatCounts total;
  for (const auto& [id, date] : dates_) {
    if (!date.counted_at) return std::nullopt;
    total.available += date.seats.available;
    total.held += date.seats.held;
    total.sold += date.seats.sold;
  }
  return total;
}

// The mean over the lines that move. Departures between the two moments are not known any more, so
// that a line which many leave makes the estimates look longer than they were.
std::optional<Micros> GaugeReader::estimated_wait_error(
    const std::map<ConcertId, LineSnapshot>& lines) {
  Micros sum{};
  int measured = 0;
  std::size_t asked = 0;
  for (const auto& [id, line] : lines) {
    // In a line that was drawn the order of arrival tells nothing of what clients were told.
    if (line.drawn || line.admitted_last_minute == 0 || ++asked > kEstimatedLinesMax) continue;
    const auto error = error_of_line(id);
    if (!error) continue;
    sum += *error;
    ++measured;
  }
  if (measured == 0) return std::nullopt;
  return sum / measured;
}

std::optional<Micros> GaugeReader::error_of_line(ConcertId id) {
  const auto last = kSelectLastAdmission.first(database_, id);
  Place place;
  Time told_at;
  if (!last ||
      !database_
           .query(kSelectLastAdmitted, id, last->front_before, last->front_place, last->admission)
           .read_first(place, told_at)) {
    return std::nullopt;
  }
  told_at = std::max(told_at, last->admitted_at - kEstimateAge);
  if (last->admitted_at - told_at < kShortestWait) return std::nullopt;
  Place front;
  database_.query(kSelectFrontAt, id, told_at).read_first(front);
  LineSnapshot line;
  database_.query(kCountAdmittedBetween, id, told_at - std::chrono::minutes{1}, told_at)
      .read_first(line.admitted_last_minute);
  const auto told = line.estimated_wait_s(place.value - front.value);
  if (!told) return std::nullopt;
  return std::chrono::seconds{*told} - (last->admitted_at - told_at);
}

}  // namespace stagedoor::watch
