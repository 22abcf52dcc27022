#include "sale/concerts.h"

#include <algorithm>

#include "db/columns.h"
#include "line/advance.h"
#include "line/draw.h"
#include "line/queue_row.h"
#include "sale/seat_ranges.h"

namespace stagedoor::sale {
namespace {

// Seats are inserted in statements of at most this many, so that each stays well below the
// statement timeout and the log buffer.
constexpr std::int64_t kSeatsPerInsert = 10'000;

const db::Columns<Beacon> kBeaconColumns = {{"beacon_chain", &Beacon::chain},
                                            {"beacon_round", &Beacon::round},
                                            {"beacon_due_at", &Beacon::due_at}};
const db::Columns<ConcertSettings> kSettingsColumns = {
    {"title", &ConcertSettings::title},
    {"artist", &ConcertSettings::artist},
    {"venue", &ConcertSettings::venue},
    {"description", &ConcertSettings::description},
    {"sale_opens_at", &ConcertSettings::sale_opens_at},
    {"sale_closes_at", &ConcertSettings::sale_closes_at},
    {"refund_until", &ConcertSettings::refund_until},
    {"max_active", &ConcertSettings::max_active},
    {"admit_per_minute", &ConcertSettings::admit_per_minute},
    {"claim_seconds", &ConcertSettings::claim_s},
    {"active_seconds", &ConcertSettings::active_s},
    {"hold_seconds", &ConcertSettings::hold_s},
    {"max_seats_per_user", &ConcertSettings::max_seats_per_user},
    {"line_order", &ConcertSettings::order},
    {"draw_lead_seconds", &ConcertSettings::draw_lead_s},
    {&ConcertSettings::beacon, kBeaconColumns}};

// What the last advance found, and what none has looked at yet: the only dates with seats left may
// have begun since.
constexpr const char* kSoldOut =
    "(SELECT q.sold_out OR (EXISTS (SELECT 1 FROM dates d WHERE d.concert_id = q.concert_id"
    "   AND d.starts_at <= SYSDATE(6) AND (q.snapshot_at IS NULL OR d.starts_at > q.snapshot_at))"
    "  AND NOT EXISTS (SELECT 1 FROM dates d JOIN seats s ON s.date_id = d.date_id"
    "   WHERE d.concert_id = q.concert_id AND d.starts_at > SYSDATE(6)"
    "   AND s.status IN ('AVAILABLE', 'HELD')))"
    " FROM queues q WHERE q.concert_id = concerts.concert_id)";

const db::Columns<Concert> kConcertColumns = {{"concert_id", &Concert::id},
                                              {&Concert::settings, kSettingsColumns},
                                              {"first_date_at", &Concert::first_date_at},
                                              {"last_date_at", &Concert::last_date_at},
                                              {kSoldOut, &Concert::sold_out}};

const db::Select<Concert> kListUpcoming(
    kConcertColumns,
    "FROM concerts"
    " WHERE archived = FALSE AND (first_date_at, concert_id) > (?, ?)"
    " AND first_date_at >= ? AND last_date_at > ?"
    " ORDER BY first_date_at, concert_id LIMIT ?");

// Without the hint MySQL sorts all concerts for the first page.
const db::Select<Concert> kListAll(
    kConcertColumns,
    "FROM concerts FORCE INDEX (by_first_date)"
    " WHERE (first_date_at, concert_id) > (?, ?) AND first_date_at >= ?"
    " ORDER BY first_date_at, concert_id LIMIT ?");

const db::Select<Concert> kListOfDay(
    kConcertColumns,
    "FROM concerts"
    " WHERE concert_id IN (SELECT concert_id FROM dates WHERE starts_at >= ? AND starts_at < ?)"
    " AND (first_date_at, concert_id) > (?, ?) AND (? OR last_date_at > ?)"
    " ORDER BY first_date_at, concert_id LIMIT ?");

std::vector<Concert> read_page(db::Connection& database, const ConcertFilter& filter, Time now) {
  constexpr Time kBeforeAll{std::chrono::sys_days{std::chrono::year{1000} / 1 / 1}};
  const auto after = filter.after.value_or(ConcertFilter::Position{kBeforeAll, ConcertId{0}});
  const int limit = filter.limit + 1;  // one more tells whether there is a next page
  if (filter.day) {
    return kListOfDay.all(database, *filter.day, *filter.day + std::chrono::days{1},
                          after.first_date_at, after.concert_id, filter.past, now, limit);
  }
  // The second bound on first_date_at is implied by the first; it lets MySQL use the index range.
  if (filter.past) {
    return kListAll.all(database, after.first_date_at, after.concert_id, after.first_date_at,
                        limit);
  }
  return kListUpcoming.all(database, after.first_date_at, after.concert_id, after.first_date_at,
                           now, limit);
}

const db::Select<Concert> kSelectConcert(kConcertColumns, "FROM concerts WHERE concert_id = ?");

// A seat that is SOLD, or HELD by a hold that has not lapsed, is taken; all others are available.
const db::Select<DateSummary> kSelectDates(
    {{"d.date_id", &DateSummary::id},
     {"d.starts_at", &DateSummary::starts_at},
     {"d.sale_opens_at", &DateSummary::sale_opens_at},
     {"d.seats_total", &DateSummary::seats_total},
     {"d.seats_total"
      " - (SELECT COUNT(*) FROM seats s WHERE s.date_id = d.date_id AND s.status = 'SOLD')"
      " - (SELECT COUNT(*) FROM seats s WHERE s.date_id = d.date_id AND s.status = 'HELD'"
      "    AND s.held_until > ?)",
      &DateSummary::seats_available},
     {"d.price_min", &DateSummary::price_min},
     {"d.price_max", &DateSummary::price_max}},
    "FROM dates d WHERE d.concert_id = ? ORDER BY d.starts_at, d.date_id");

// NULL where there is none.
struct BeaconParams {
  explicit BeaconParams(const std::optional<Beacon>& beacon)
      : chain(beacon ? db::Param(beacon->chain) : db::Param(nullptr)),
        round(beacon ? db::Param(beacon->round) : db::Param(nullptr)),
        due_at(beacon ? db::Param(beacon->due_at) : db::Param(nullptr)) {}

  db::Param chain;
  db::Param round;
  db::Param due_at;
};

constexpr const char* kInsertConcert =
    "INSERT INTO concerts (title, artist, venue, description, sale_opens_at, sale_closes_at,"
    " refund_until, max_active, admit_per_minute, claim_seconds, active_seconds,"
    " hold_seconds, max_seats_per_user, line_order, draw_lead_seconds, beacon_chain, beacon_round,"
    " beacon_due_at, first_date_at, last_date_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr const char* kLastInsertId = "SELECT LAST_INSERT_ID()";

constexpr const char* kInsertDate =
    "INSERT INTO dates (concert_id, starts_at, sale_opens_at, seats_total, price_min, price_max)"
    " VALUES (?, ?, ?, ?, ?, ?)";

// Counts from the first `?` for as many numbers as the last one says; {n} in the label counts on
// from the number given for it.
constexpr const char* kInsertSeats =
    "INSERT INTO seats (date_id, number, label, section, grade, price)"
    " SELECT ?, ? + n, REPLACE(?, '{n}', ? + n), ?, ?, ?"
    " FROM (SELECT a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit AS n"
    "       FROM digits a, digits b, digits c, digits d) AS counter"
    " WHERE n < ?";

const db::Select<Concert> kLockConcert(kConcertColumns,
                                       "FROM concerts WHERE concert_id = ? FOR UPDATE");

std::optional<Concert> lock_concert(db::Transaction& transaction, ConcertId id) {
  transaction.enter(db::LockRank::kConcert);
  return kLockConcert.first(transaction, id);
}

constexpr const char* kStretchConcert =
    "UPDATE concerts SET first_date_at = LEAST(first_date_at, ?),"
    " last_date_at = GREATEST(last_date_at, ?), archived = FALSE WHERE concert_id = ?";

constexpr const char* kUpdateSettings =
    "UPDATE concerts SET title = ?, artist = ?, venue = ?, description = ?, sale_opens_at = ?,"
    " sale_closes_at = ?, refund_until = ?, max_active = ?, admit_per_minute = ?,"
    " claim_seconds = ?, active_seconds = ?, hold_seconds = ?, max_seats_per_user = ?,"
    " line_order = ?, draw_lead_seconds = ?, beacon_chain = ?, beacon_round = ?, beacon_due_at = ?"
    " WHERE concert_id = ?";

// What a change would do to a draw that its entries were promised.
std::vector<FieldError> check_draw(db::Transaction& transaction, ConcertId id,
                                   const ConcertSettings& before, const ConcertSettings& after) {
  if (after.order != LineOrder::kLottery || before.order != LineOrder::kLottery) {
    return check_beacon(after, Time::min());
  }
  if (line::are_entries_closed(transaction, id)) {
    if (after.beacon == before.beacon) return {};
    return {{"beacon", "cannot be changed once the entries are closed"}};
  }
  const bool is_as_before = after.beacon == before.beacon &&
                            after.sale_opens_at == before.sale_opens_at &&
                            after.draw_lead_s == before.draw_lead_s;
  if (is_as_before) return {};
  return check_beacon(after, transaction.now());
}

std::int64_t last_insert_id(db::Transaction& transaction) {
  std::int64_t id = 0;
  transaction.query(kLastInsertId).read_first(id);
  return id;
}

void insert_range(db::Transaction& transaction, DateId date_id, const SeatRange& range) {
  const std::string label = range.label.value_or("{n}");
  for (std::int64_t done = 0; done < range.count(); done += kSeatsPerInsert) {
    const std::int64_t first = range.from + done;
    const std::int64_t first_label = range.label ? 1 + done : first;
    transaction.execute(kInsertSeats, date_id, first, label, first_label, range.section,
                        range.grade, range.price, std::min(kSeatsPerInsert, range.count() - done));
  }
}

DateSummary insert_date(db::Transaction& transaction, ConcertId concert_id, const NewDate& date) {
  DateSummary summary{.starts_at = date.starts_at, .sale_opens_at = date.sale_opens_at};
  summary.price_min = date.seats.front().price;
  for (const SeatRange& range : date.seats) {
    summary.seats_total += range.count();
    summary.price_min = std::min(summary.price_min, range.price);
    summary.price_max = std::max(summary.price_max, range.price);
  }
  summary.seats_available = summary.seats_total;
  transaction.execute(kInsertDate, concert_id, date.starts_at, date.sale_opens_at,
                      summary.seats_total, summary.price_min, summary.price_max);
  summary.id = DateId{last_insert_id(transaction)};
  for (const SeatRange& range : date.seats) insert_range(transaction, summary.id, range);
  insert_seat_ranges(transaction, summary.id, date.seats);
  return summary;
}

// Only the index range of the list of concerts depends on it, see sql/0003_sale.sql. The first date
// is asked for because it is in that index.
constexpr const char* kArchive =
    "UPDATE concerts SET archived = TRUE"
    " WHERE archived = FALSE AND first_date_at < ? AND last_date_at < ? LIMIT 500";

}  // namespace

ConcertPage list_concerts(db::Connection& database, const ConcertFilter& filter, Time now) {
  ConcertPage page{.concerts = read_page(database, filter, now)};
  page.more = page.concerts.size() > static_cast<std::size_t>(filter.limit);
  if (page.more) page.concerts.pop_back();
  return page;
}

Outcome<Concert> find_concert(db::Connection& database, ConcertId id) {
  auto found = kSelectConcert.first(database, id);
  if (!found) return Refused{Refusal::kNotFound};
  return std::move(*found);
}

Outcome<std::vector<DateSummary>> list_dates(db::Connection& database, ConcertId id,
                                             bool available_only, Time now) {
  if (const auto concert = find_concert(database, id); !concert) return concert.error();
  auto dates = kSelectDates.all(database, now, id);
  if (available_only) {
    std::erase_if(dates, [](const DateSummary& date) { return date.seats_available <= 0; });
  }
  return dates;
}

CreatedConcert create_concert(db::Transaction& transaction, const NewConcert& concert) {
  const ConcertSettings& s = concert.settings;
  const BeaconParams beacon(s.beacon);
  Time first = concert.dates.front().starts_at;
  Time last = first;
  for (const NewDate& date : concert.dates) {
    first = std::min(first, date.starts_at);
    last = std::max(last, date.starts_at);
  }
  transaction.execute(kInsertConcert, s.title, s.artist, s.venue, s.description, s.sale_opens_at,
                      s.sale_closes_at, s.refund_until, s.max_active, s.admit_per_minute, s.claim_s,
                      s.active_s, s.hold_s, s.max_seats_per_user, s.order, s.draw_lead_s,
                      beacon.chain, beacon.round, beacon.due_at, first, last);
  const ConcertId id{last_insert_id(transaction)};
  line::insert_line(transaction, id);
  if (s.order == LineOrder::kLottery) line::insert_draw(transaction, id);
  CreatedConcert created{{id, s, first, last}, {}};
  for (const NewDate& date : concert.dates) {
    created.dates.push_back(insert_date(transaction, id, date));
  }
  return created;
}

CreatedConcert create_concert(db::Connection& database, const NewConcert& concert) {
  return db::transact(database, [&](db::Transaction& transaction) {
    CreatedConcert created = create_concert(transaction, concert);
    transaction.commit();
    return created;
  });
}

Outcome<DateSummary> add_date(db::Connection& database, ConcertId id, const NewDate& date) {
  return db::transact(database, [&](db::Transaction& transaction) -> Outcome<DateSummary> {
    if (!kSelectConcert.first(transaction, id)) return Refused{Refusal::kNotFound};
    // The seats first: inserting 100,000 takes a second, during which the line must not be locked.
    const DateSummary summary = insert_date(transaction, id, date);
    lock_concert(transaction, id);
    line::settle_line(transaction, id);
    transaction.execute(kStretchConcert, date.starts_at, date.starts_at, id);
    transaction.commit();
    return summary;
  });
}

Outcome<Concert> change_concert(db::Connection& database, ConcertId id,
                                const std::function<void(ConcertSettings&)>& change) {
  return db::transact(database, [&](db::Transaction& transaction) -> Outcome<Concert> {
    auto concert = lock_concert(transaction, id);
    if (!concert) return Refused{Refusal::kNotFound};
    line::settle_line(transaction, id);
    ConcertSettings& s = concert->settings;
    const ConcertSettings before = s;
    change(s);
    auto errors = check_settings(s);
    if (errors.empty()) errors = check_draw(transaction, id, before, s);
    if (!errors.empty()) return Refused::fields(std::move(errors));
    if (s.order != before.order) {
      if (!line::is_untouched(transaction, id)) return Refused{Refusal::kLineNotEmpty};
      if (s.order == LineOrder::kLottery) line::insert_draw(transaction, id);
    }
    const BeaconParams beacon(s.beacon);
    transaction.execute(kUpdateSettings, s.title, s.artist, s.venue, s.description, s.sale_opens_at,
                        s.sale_closes_at, s.refund_until, s.max_active, s.admit_per_minute,
                        s.claim_s, s.active_s, s.hold_s, s.max_seats_per_user, s.order,
                        s.draw_lead_s, beacon.chain, beacon.round, beacon.due_at, id);
    transaction.commit();
    return std::move(*concert);
  });
}

std::int64_t archive_past_concerts(db::Connection& database) {
  const Time now = database.now();
  return database.execute(kArchive, now, now);
}

}  // namespace stagedoor::sale
