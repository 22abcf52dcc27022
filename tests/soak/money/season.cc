#include "season.h"

#include <string>

#include "support/installation.h"

namespace stagedoor::testing {
namespace {

// The numbers of a chunk, as n, and the places in line that they are.
const std::string kNumbers =
    "(SELECT n, @first + n AS p FROM (SELECT a.digit + 10 * b.digit + 100 * c.digit"
    " + 1000 * d.digit + 10000 * e.digit + 1 AS n FROM digits a, digits b, digits c, digits d,"
    " digits e) AS counted) AS numbers";

// In the order of time, as the product makes them, but for those of users: they are in none.
std::string id(int kind) {
  return "UNHEX(CONCAT(LPAD(HEX(1650000000000 + p), 12, '0'), '7', '" + std::to_string(kind) +
         "', LPAD(HEX(p), 18, '0')))";
}
const std::string kUser = "UNHEX(CONCAT('0180', LEFT(SHA2(p, 256), 28)))";
const std::string kToken = id(1);
const std::string kReservation = id(2);
constexpr int kPaymentKind = 3;
const std::string kPayment = id(kPaymentKind);

// So long after the user was let in.
std::string after(int seconds) {
  return "TIMESTAMP'2026-01-01 00:00:00' + INTERVAL (p - 1) DIV 10 + " + std::to_string(seconds) +
         " SECOND";
}

constexpr const char* kBuys = " WHERE n MOD 2 = 1";
constexpr const char* kReturns = " WHERE n MOD 100 = 99";
const std::string kIfReturned = "IF(n MOD 100 = 99, ";

constexpr const char* kConcert =
    "INSERT INTO concerts (title, artist, venue, description, refund_until, max_active,"
    "  admit_per_minute, claim_seconds, active_seconds, hold_seconds, max_seats_per_user,"
    "  first_date_at, last_date_at, line_order, draw_lead_seconds)"
    " VALUES ('Season', 'All', 'Hall', '', '2031-01-01', 1000, 600, 60, 600, 300, 4,"
    "  '2031-01-01', '2031-01-01', 'fifo', 60);"
    "INSERT INTO queues (concert_id) SELECT MAX(concert_id) FROM concerts;"
    "INSERT INTO queue_counters (concert_id) SELECT MAX(concert_id) FROM concerts;"
    "INSERT INTO line_logs (concert_id, root, frontier)"
    "  SELECT MAX(concert_id), UNHEX(SHA2('', 256)), X'01' FROM concerts";

// @concert, @first (the place before the chunk) and @entry (the last one) are set.
const std::string kLine =
    "INSERT INTO users (user_id, balance, created_at) SELECT " + kUser + ", " + kIfReturned +
    "300000, 200000), '2025-12-01' FROM " + kNumbers +
    ";INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, issued_at,"
    "  admitted_at, admitted_in, claimed_at, active_until, ends_at, ended_at, expired_reason)"
    " SELECT " +
    kToken + ", @concert, " + kUser +
    ", p, 'EXPIRED', TIMESTAMP'2025-12-31 00:00:00' + INTERVAL p MICROSECOND, " + after(0) +
    ", (p - 1) DIV 10 + 1, " + after(5) + ", " + after(600) + ", " + after(600) + ", " + after(60) +
    ", IF(n MOD 2, 'PAID', 'LEFT') FROM " + kNumbers +
    ";INSERT INTO admissions (concert_id, admission, admitted_at, admitted, front_before,"
    "  front_place, active_after, max_active, admit_per_minute) SELECT @concert, p DIV 10, " +
    after(0) + ", 10, p - 10, p, LEAST(p, 600), 1000, 600 FROM " + kNumbers +
    " WHERE n MOD 10 = 0;"
    "UPDATE queues SET front_place = @first + 100000, version = front_place DIV 10"
    " WHERE concert_id = @concert;"
    "UPDATE queue_counters SET last_place = @first + 100000 WHERE concert_id = @concert;";

const std::string kSeats =
    "INSERT INTO dates (concert_id, starts_at, seats_total, price_min, price_max)"
    " VALUES (@concert, '2031-01-01', 50000, 100000, 100000); SET @date = LAST_INSERT_ID();"
    "INSERT INTO seat_ranges (date_id, ordinal, first_seat, last_seat, grade, price)"
    " VALUES (@date, 1, 1, 50000, 'R', 100000);"
    "INSERT INTO seats (date_id, number, label, grade, price, status, reservation_id)"
    " SELECT @date, (n + 1) DIV 2, (n + 1) DIV 2, 'R', 100000, " +
    kIfReturned + "'AVAILABLE', 'SOLD'), " + kIfReturned + "NULL, " + kReservation + ") FROM " +
    kNumbers + kBuys +
    ";INSERT INTO reservations (reservation_id, user_id, concert_id, date_id, token_id, status,"
    "  seat_count, amount, user_seats, user_seats_max, held_until, created_at, payment_id)"
    " SELECT " +
    kReservation + ", " + kUser + ", @concert, @date, " + kToken + ", " + kIfReturned +
    "'REFUNDED', 'CONFIRMED'), 1, 100000, 1, 4, " + after(310) + ", " + after(10) + ", " +
    kPayment + " FROM " + kNumbers + kBuys +
    ";INSERT INTO reservation_seats (reservation_id, number, grade, price) SELECT " + kReservation +
    ", (n + 1) DIV 2, 'R', 100000 FROM " + kNumbers + kBuys +
    ";INSERT INTO payments (payment_id, reservation_id, user_id, concert_id, amount, balance_after,"
    "  status, paid_at, refunded_at, refund_limit) SELECT " +
    kPayment + ", " + kReservation + ", " + kUser + ", @concert, 100000, " + kIfReturned +
    "300000, 200000), " + kIfReturned + "'REFUNDED', 'PAID'), " + after(60) + ", " + kIfReturned +
    after(90) + ", NULL), " + kIfReturned + "'2031-01-01', NULL) FROM " + kNumbers + kBuys + ";";

// Movements of money by the users that a condition names.
struct Movements {
  std::string kind;
  std::string account;  // the other one
  int reference;
  std::int64_t to_user;
  std::int64_t balance_after;
  std::string users;
  int seconds;  // after the user was let in
};
const Movements kMovements[] = {
    {"CHARGE", "TILL", 4, 200'000, 200'000, "", 1},
    {"CHARGE", "TILL", 5, 100'000, 300'000, kBuys, 2},
    {"PAYMENT", "REVENUE", kPaymentKind, -100'000, 200'000, kBuys, 60},
    {"REFUND", "REVENUE", kPaymentKind, 100'000, 300'000, kReturns, 90}};

// The two entries of a movement stand beside each other.
std::string insert(const Movements& movements) {
  const std::string concert = movements.account == "REVENUE" ? "@concert" : "NULL";
  return "INSERT INTO ledger_entries (entry_id, account, user_id, concert_id, kind, reference,"
         "  amount, balance_after, at) SELECT @entry + 2 * n - 1 + side, IF(side, '" +
         movements.account + "', 'USER'), IF(side, NULL, " + kUser + "), IF(side, " + concert +
         ", NULL), '" + movements.kind + "', " + id(movements.reference) + ", IF(side, -1, 1) * " +
         std::to_string(movements.to_user) + ", IF(side, NULL, " +
         std::to_string(movements.balance_after) + "), " + after(movements.seconds) + " FROM " +
         kNumbers + " CROSS JOIN (SELECT 0 AS side UNION SELECT 1) AS sides" + movements.users +
         " ORDER BY n, side; SET @entry = @entry + 200000;";
}

}  // namespace

Season::Season() { Installation::shared().query(kConcert); }

Season& Season::shared() {
  static Season season;
  return season;
}

void Season::grow_to(std::int64_t tokens) {
  while (this->tokens() < tokens) add_chunk();
}

void Season::add_chunk() {
  std::string sql =
      "SELECT MAX(concert_id) INTO @concert FROM concerts WHERE title = 'Season';"
      "SELECT COALESCE(MAX(entry_id), 0) INTO @entry FROM ledger_entries;"
      "SET @first = " +
      std::to_string(tokens()) + "; START TRANSACTION;" + kLine + kSeats;
  for (const Movements& movements : kMovements) sql += insert(movements);
  Installation::shared().query(sql + "COMMIT");
  ++chunks_;
}

}  // namespace stagedoor::testing
