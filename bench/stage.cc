#include "stage.h"

#include <algorithm>
#include <stdexcept>

#include "db/transaction.h"
#include "line/advance.h"
#include "sale/concerts.h"

namespace stagedoor::bench {
namespace {

constexpr std::int64_t kRowsPerInsert = 100'000;

// The first byte of an id that was made here says of what. Behind it stand two numbers.
constexpr char kUserMark = '\x70';
constexpr char kStrangerMark = '\x71';
constexpr char kTokenMark = '\x72';
constexpr char kReservationMark = '\x73';
constexpr char kChargeMark = '\x74';

template <typename IdType>
IdType made_id(char mark, std::int64_t high, std::int64_t low) {
  std::string bytes(1, mark);
  for (int shift = 48; shift >= 0; shift -= 8) bytes += static_cast<char>(high >> shift);
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(low >> shift);
  return IdType::from_bytes(bytes);
}

// The same inside SQL, of a mark's byte and two numbers.
#define MADE_ID "UNHEX(CONCAT(HEX(?), LPAD(HEX(?), 14, '0'), LPAD(HEX(? + n), 16, '0')))"
// n runs from 0 to 99,999.
#define NUMBERS                                                                            \
  "(SELECT a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit + 10000 * e.digit AS n" \
  " FROM digits e, digits d, digits c, digits b, digits a) AS numbers WHERE n < ? ORDER BY n"

constexpr const char* kInsertUsers =
    "INSERT INTO users (user_id, balance, created_at) SELECT " MADE_ID
    ", ?, SYSDATE(6) FROM " NUMBERS;
constexpr const char* kInsertCharges =
    "INSERT INTO ledger_entries (account, user_id, kind, reference, amount, balance_after, at)"
    " SELECT 'USER', " MADE_ID ", 'CHARGE', " MADE_ID ", ?, ?, SYSDATE(6) FROM " NUMBERS;
constexpr const char* kInsertTill =
    "INSERT INTO ledger_entries (account, kind, reference, amount, at)"
    " SELECT 'TILL', 'CHARGE', " MADE_ID ", ?, SYSDATE(6) FROM " NUMBERS;
constexpr const char* kInsertTokens =
    "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at)"
    " SELECT " MADE_ID ", ?, " MADE_ID ", ? + n, 'WAITING', TRUE, NOW(6) FROM " NUMBERS;
constexpr const char* kSetLastPlace =
    "UPDATE queue_counters SET last_place = ? WHERE concert_id = ?";
constexpr const char* kSelectLastPlace =
    "SELECT last_place FROM queue_counters WHERE concert_id = ?";

constexpr const char* kInsertPast =
    "INSERT INTO reservations (reservation_id, user_id, concert_id, date_id, token_id, status,"
    " seat_count, amount, user_seats, user_seats_max, held_until, created_at)"
    " SELECT " MADE_ID ", " MADE_ID ", ?, ?, " MADE_ID
    ", 'CANCELLED', 1, 100000, 1, 4, SYSDATE(6) - INTERVAL 1 DAY, SYSDATE(6) - INTERVAL 1 DAY"
    " FROM " NUMBERS;
constexpr const char* kInsertPastSeats =
    "INSERT INTO reservation_seats (reservation_id, number, grade, price)"
    " SELECT " MADE_ID ", 1, 'R', 100000 FROM " NUMBERS;

#undef MADE_ID
#undef NUMBERS

std::string mark_text(char mark) { return {mark}; }

// Calls load(first, count) until `total` rows are loaded.
template <typename Load>
void in_parts(std::int64_t total, const Load& load) {
  for (std::int64_t done = 0; done < total; done += kRowsPerInsert) {
    load(done, std::min(kRowsPerInsert, total - done));
  }
}

}  // namespace

Stage::Stage(Config config, int port, int ceilings_port)
    : services_(std::move(config)), port_(port), ceilings_port_(ceilings_port) {}

std::string Stage::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/api/v1" + path;
}

std::string Stage::ceiling_url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(ceilings_port_) + path;
}

UserId Stage::user(std::int64_t index) { return made_id<UserId>(kUserMark, 0, index); }

std::string Stage::user_headers(std::int64_t index) const {
  const Time now = system_now();
  return "Authorization: Bearer " +
         services_.access_tokens.sign({.user_id = user(index),
                                       .issued_at = now,
                                       .expires_at = now + std::chrono::hours{24}}) +
         "\r\n";
}

std::string Stage::queue_header(const QueueTokenClaims& claims) const {
  return "Queue-Token: " + services_.queue_tokens.sign(claims) + "\r\n";
}

void Stage::load_users(std::int64_t count, Money balance) {
  const std::string users = mark_text(kUserMark);
  const std::string charges = mark_text(kChargeMark);
  in_parts(count, [&](std::int64_t first, std::int64_t rows) {
    services_.database.execute(kInsertUsers, users, 0, first, balance, rows);
    services_.database.execute(kInsertCharges, users, 0, first, charges, 0, first, balance, balance,
                               rows);
    services_.database.execute(kInsertTill, charges, 0, first, -balance, rows);
  });
}

Show Stage::create_show(std::int64_t max_active, const std::vector<std::int64_t>& halls) {
  NewConcert concert;
  ConcertSettings& settings = concert.settings;
  settings.title = "A concert under load";
  settings.artist = "The Measured";
  settings.venue = "Bench";
  settings.max_active = max_active;
  settings.claim_s = 3'600;
  settings.active_s = 86'400;
  settings.hold_s = 3'600;
  settings.max_seats_per_user = 100;
  const Time starts_at =
      std::chrono::floor<std::chrono::seconds>(services_.database.now()) + std::chrono::weeks{4};
  for (const std::int64_t seats : halls) {
    NewDate date{.starts_at = starts_at};
    date.seats.front().to = seats;
    concert.dates.push_back(date);
  }
  const auto created = sale::create_concert(services_.database, concert);
  Show show{created.concert.id, {}};
  for (const DateSummary& date : created.dates) show.dates.push_back(date.id);
  return show;
}

void Stage::load_tokens(const Show& show, char user_mark, std::int64_t first, std::int64_t count) {
  const std::int64_t concert = show.concert.value;
  // Users are the same in all concerts, strangers are of one; number 0 of the users is at
  // place 1.
  const bool strangers = user_mark == kStrangerMark;
  in_parts(count, [&](std::int64_t done, std::int64_t rows) {
    const std::int64_t place = first + done;
    services_.database.execute(kInsertTokens, mark_text(kTokenMark), concert, place, concert,
                               mark_text(user_mark), strangers ? concert : 0,
                               strangers ? place : place - 1, place, rows);
  });
  services_.database.execute(kSetLastPlace, first + count - 1, concert);
}

// Each advance lets in a bounded number.
void Stage::advance_until(const Show& show, std::int64_t active) {
  for (;;) {
    const auto line = line::advance_line(services_.database, services_.memcached, show.concert);
    if (!line) throw std::runtime_error("a line under load does not advance");
    if (line->active >= active) return;
  }
}

std::vector<Fan> Stage::admit_fans(const Show& show, std::int64_t count) {
  load_tokens(show, kUserMark, 1, count);
  advance_until(show, count);
  std::vector<Fan> fans;
  for (std::int64_t index = 0; index < count; ++index) {
    const std::int64_t place = index + 1;
    Fan& fan = fans.emplace_back();
    fan.claims = {made_id<TokenId>(kTokenMark, show.concert.value, place),
                  user(index),
                  show.concert,
                  {place},
                  services_.database.estimated_now()};
    fan.headers = user_headers(index) + queue_header(fan.claims);
  }
  return fans;
}

void Stage::admit_strangers(const Show& show, std::int64_t count) {
  load_tokens(show, kStrangerMark, 1, count);
  advance_until(show, count);
}

void Stage::fill_line(const Show& show, std::int64_t waiting) {
  Place last;
  services_.database.query(kSelectLastPlace, show.concert).read_first(last);
  load_tokens(show, kStrangerMark, last.value + 1, waiting);
  advance_until(show, 0);
}

void Stage::let_leave(const Show& show, std::int64_t every) {
  constexpr const char* kInsertDepartures =
      "INSERT INTO queue_departures (concert_id, place, was_active)"
      " SELECT concert_id, place, FALSE FROM queue_tokens"
      " WHERE concert_id = ? AND status = 'WAITING' AND place MOD ? = 0";
  constexpr const char* kEndTokens =
      "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = SYSDATE(6),"
      " expired_reason = 'LEFT' WHERE concert_id = ? AND status = 'WAITING' AND place MOD ? = 0";
  db::transact(services_.database, [&](db::Transaction& transaction) {
    transaction.execute(kInsertDepartures, show.concert, every);
    transaction.execute(kEndTokens, show.concert, every);
    transaction.commit();
    return true;
  });
}

std::string Stage::waiting_headers(const Show& show, std::int64_t place) const {
  const std::int64_t concert = show.concert.value;
  return queue_header({made_id<TokenId>(kTokenMark, concert, place),
                       made_id<UserId>(kStrangerMark, concert, place),
                       show.concert,
                       {place},
                       Time{}});
}

void Stage::load_past_reservations(const Show& show, std::int64_t count) {
  const std::string reservations = mark_text(kReservationMark);
  const std::int64_t concert = show.concert.value;
  in_parts(count, [&](std::int64_t first, std::int64_t rows) {
    services_.database.execute(kInsertPast, reservations, concert, first, mark_text(kUserMark), 0,
                               first, show.concert, show.dates.front(), mark_text(kTokenMark),
                               concert, first + kRowsPerInsert * 1'000, rows);
    services_.database.execute(kInsertPastSeats, reservations, concert, first, rows);
  });
}

std::int64_t Stage::statements() {
  std::string name;
  std::string value;
  services_.database.query("SHOW GLOBAL STATUS LIKE 'Questions'").read_first(name, value);
  return std::stoll(value);
}

}  // namespace stagedoor::bench
