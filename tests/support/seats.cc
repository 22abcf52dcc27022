#include "support/seats.h"

#include <stdexcept>

namespace stagedoor::testing {
namespace {

constexpr std::size_t kJoinsAtOnce = 16;

// Moves the deadlines of holds wherever they are kept.
void move_deadlines(const std::string& condition, std::chrono::milliseconds from_now) {
  const std::string which = " WHERE r.status = 'HELD' AND " + condition + ";";
  Installation::shared().query(
      "SET @deadline = SYSDATE(6) + INTERVAL " + std::to_string(from_now.count() * 1'000) +
      " MICROSECOND; START TRANSACTION;"
      "UPDATE queue_tokens t JOIN reservations r ON r.reservation_id = t.hold_id"
      " SET t.held_until = @deadline, t.ends_at = @deadline" +
      which +
      "UPDATE seats s JOIN reservations r ON r.reservation_id = s.reservation_id"
      " SET s.held_until = @deadline" +
      which + "UPDATE reservations r SET r.held_until = @deadline" + which + "COMMIT;");
}

constexpr Rule kRules[] = {
    {"a seat has two live owners",
     "SELECT r.date_id, rs.number, COUNT(*) FROM reservations r JOIN reservation_seats rs"
     " ON rs.reservation_id = r.reservation_id WHERE r.concert_id = @concert"
     " AND (r.status = 'CONFIRMED' OR (r.status = 'HELD' AND r.held_until > UTC_TIMESTAMP(6)))"
     " GROUP BY r.date_id, rs.number HAVING COUNT(*) > 1"},
    {"a hold began before the one before it had lapsed",
     "SELECT date_id, number, created_at, lapsed_at FROM (SELECT r.date_id, rs.number,"
     "  r.created_at, LAG(r.held_until) OVER (PARTITION BY r.date_id, rs.number"
     "   ORDER BY r.created_at) AS lapsed_at"
     "  FROM reservations r JOIN reservation_seats rs ON rs.reservation_id = r.reservation_id"
     "  WHERE r.concert_id = @concert AND r.status IN ('HELD', 'EXPIRED')) AS holds"
     " WHERE created_at < lapsed_at"},
    {"a live hold does not hold a seat of it",
     "SELECT HEX(r.reservation_id), rs.number FROM reservations r JOIN reservation_seats rs"
     " ON rs.reservation_id = r.reservation_id LEFT JOIN seats s ON s.date_id = r.date_id"
     " AND s.number = rs.number AND s.reservation_id = r.reservation_id AND s.status = 'HELD'"
     " AND s.held_until = r.held_until WHERE r.concert_id = @concert AND r.status = 'HELD'"
     " AND r.held_until > UTC_TIMESTAMP(6) AND s.number IS NULL"},
    {"a reservation has lost seats",
     "SELECT HEX(r.reservation_id), r.seat_count, COUNT(rs.number) FROM reservations r"
     " LEFT JOIN reservation_seats rs ON rs.reservation_id = r.reservation_id"
     " WHERE r.concert_id = @concert GROUP BY r.reservation_id, r.seat_count"
     " HAVING COUNT(rs.number) <> r.seat_count"},
    {"a seat belongs to a reservation that is not there or has ended",
     "SELECT s.date_id, s.number, r.status FROM dates d JOIN seats s ON s.date_id = d.date_id"
     " LEFT JOIN reservations r ON r.reservation_id = s.reservation_id"
     " WHERE d.concert_id = @concert AND s.status <> 'AVAILABLE'"
     " AND (r.status IS NULL OR r.status NOT IN ('HELD', 'CONFIRMED'))"},
    {"a live hold is not that of its token",
     "SELECT HEX(r.reservation_id) FROM reservations r JOIN queue_tokens t"
     " ON t.token_id = r.token_id WHERE r.concert_id = @concert AND r.status = 'HELD'"
     " AND r.held_until > UTC_TIMESTAMP(6) AND NOT (t.hold_id <=> r.reservation_id)"},
};

}  // namespace

Fan fan_of(const User& user, const Json& state) {
  return {user, state["token_id"].text(), state["token"].text()};
}

Fan admitted(const Json& concert, const User& user) {
  const Json state = joined(user, concert);
  // A user who came while others were being admitted is inside a moment later.
  if (state["status"].text() != "ACTIVE" && !becomes(state, "ACTIVE")) {
    throw std::runtime_error("not let in: " + state.dump());
  }
  return fan_of(user, state);
}

std::vector<Fan> admitted(std::size_t count, const Json& concert) {
  const std::vector<User> users = new_users(count);
  return parallel(kJoinsAtOnce, count, [&](std::size_t i) { return admitted(concert, users[i]); });
}

Headers as(const Fan& fan) { return {bearer(fan.user.token), {"Queue-Token", fan.queue_token}}; }

std::int64_t date_of(const Json& concert, std::size_t index) {
  return concert["dates"][index]["date_id"].integer();
}

std::string seat_range(std::int64_t from, std::int64_t to, const std::string& members) {
  return "{\"from\":" + std::to_string(from) + ",\"to\":" + std::to_string(to) +
         (members.find("\"price\"") == std::string::npos
              ? ",\"price\":" + std::to_string(kSeatPrice)
              : "") +
         (members.empty() ? "" : ",") + members + "}";
}

NewConcert hall(std::int64_t seats, std::map<std::string, std::int64_t> settings) {
  settings.insert({"max_active", 10'000});
  NewConcert concert{.settings = std::move(settings)};
  concert.dates[0].seats_json = "[" + seat_range(1, seats) + "]";
  return concert;
}

std::string wish_for(std::int64_t date_id, const std::vector<std::int64_t>& numbers) {
  std::string list;
  for (const std::int64_t number : numbers) {
    list += (list.empty() ? "" : ",") + std::to_string(number);
  }
  return "{\"date_id\":" + std::to_string(date_id) + ",\"seats\":[" + list + "]}";
}

Response reserve_body(const Fan& fan, const std::string& body, const Headers& more) {
  Headers headers = as(fan);
  headers.insert(headers.end(), more.begin(), more.end());
  return post("/reservations", body, headers);
}

Response reserve(const Fan& fan, std::int64_t date_id, const std::vector<std::int64_t>& numbers,
                 const Headers& more) {
  return reserve_body(fan, wish_for(date_id, numbers), more);
}

Response reserve_best(const Fan& fan, std::int64_t date_id, std::int64_t count,
                      const std::string& grade) {
  return reserve_body(fan, "{\"date_id\":" + std::to_string(date_id) +
                               ",\"best_available\":" + std::to_string(count) +
                               (grade.empty() ? "" : ",\"grade\":" + json_text(grade)) + "}");
}

Json held(const Fan& fan, std::int64_t date_id, const std::vector<std::int64_t>& numbers) {
  const Response response = reserve(fan, date_id, numbers);
  if (response.status != 201) refuse("not held", response);
  return response.json();
}

std::string reservation_path(const Json& reservation) {
  return "/reservations/" + reservation["reservation_id"].text();
}

Response release(const User& user, const Json& reservation) {
  return del(reservation_path(reservation), as(user));
}

Json reservation_now(const User& user, const Json& reservation) {
  const Response response = get(reservation_path(reservation), as(user));
  if (response.status != 200) refuse("reservation", response);
  return response.json();
}

std::vector<std::int64_t> numbers_of(const Json& seats) {
  std::vector<std::int64_t> numbers;
  for (const Json& seat : seats.items()) numbers.push_back(seat["number"].integer());
  return numbers;
}

bool are_neighbours(const Json& reservation) {
  const std::vector<Json> seats = reservation["seats"].items();
  for (std::size_t i = 1; i < seats.size(); ++i) {
    if (seats[i]["number"].integer() != seats[i - 1]["number"].integer() + 1) return false;
    if (!(seats[i]["section"] == seats[0]["section"])) return false;
  }
  return true;
}

std::string seats_path(const Json& concert, std::size_t date_index) {
  return concert_path(concert) + "/dates/" + std::to_string(date_of(concert, date_index)) +
         "/seats";
}

std::map<std::int64_t, std::string> listed_seats(const Fan& fan, const Json& concert) {
  const Response response = get(seats_path(concert), as(fan));
  if (response.status != 200) refuse("seats", response);
  std::map<std::int64_t, std::string> statuses;
  for (const Json& seat : response.json()["seats"].items()) {
    statuses[seat["number"].integer()] = seat["status"].text();
  }
  return statuses;
}

void move_deadline(const Json& reservation, std::chrono::milliseconds from_now) {
  move_deadlines("r.reservation_id = " + in_sql(reservation["reservation_id"].text()), from_now);
}

void let_lapse(const Json& reservation) { move_deadline(reservation, std::chrono::seconds(-1)); }

void let_all_lapse(const Json& concert) {
  move_deadlines("r.concert_id = " + id_of(concert), std::chrono::seconds(-1));
}

void add_lapsed_holds(const Json& concert, std::size_t holds, std::size_t seats_each) {
  const auto id_sql = [](const std::string& kind) {
    return "UNHEX(LEFT(SHA2(CONCAT('" + kind +
           "', date_id, '-', (number - 1) DIV @each), 256), 32))";
  };
  const std::string which =
      " FROM seats WHERE date_id = @date AND number <= " + std::to_string(holds) + " * @each";
  Installation::shared().query(
      "SET @date = " + std::to_string(date_of(concert)) + ", @each = " +
      std::to_string(seats_each) + ", @deadline = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND;" +
      "START TRANSACTION; INSERT INTO reservations (reservation_id, user_id, concert_id, date_id,"
      " token_id, status, open, seat_count, amount, user_seats, user_seats_max, held_until,"
      " created_at) SELECT " +
      id_sql("reservation") + ", " + id_sql("user") + ", " + id_of(concert) + ", date_id, " +
      id_sql("token") +
      ", 'HELD', TRUE, COUNT(*), SUM(price), COUNT(*), COUNT(*), @deadline,"
      " @deadline - INTERVAL 5 MINUTE" +
      which + " GROUP BY (number - 1) DIV @each;" +
      "INSERT INTO reservation_seats (reservation_id, number, section, grade, price) SELECT " +
      id_sql("reservation") + ", number, section, grade, price" + which + ";" +
      "UPDATE seats SET status = 'HELD', held_until = @deadline, reservation_id = " +
      id_sql("reservation") + which.substr(which.find(" WHERE")) +
      // Their tokens have ended, in places that the front has passed.
      ";SELECT last_place INTO @last FROM queue_counters WHERE concert_id = " + id_of(concert) +
      ";INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, issued_at,"
      " expired_reason) SELECT " +
      id_sql("token") + ", " + id_of(concert) + ", " + id_sql("user") +
      ", @last + (MAX(number) - 1) DIV @each + 1, 'EXPIRED', UTC_TIMESTAMP(6), 'HOLD_LAPSED'" +
      which + " GROUP BY (number - 1) DIV @each;UPDATE queue_counters n JOIN queues q" +
      " ON q.concert_id = n.concert_id SET n.last_place = @last + " + std::to_string(holds) +
      ", q.front_place = @last + " + std::to_string(holds) +
      " WHERE n.concert_id = " + id_of(concert) + ";COMMIT");
}

Json sweep() {
  const CommandResult result = Installation::shared().run({"sweep"});
  if (result.exit_code != 0) throw std::runtime_error("sweep: " + result.out + result.err);
  return Json::parse(result.out);
}

void expect_whole(const Json& concert, std::source_location where) {
  expect_no_rows(kRules, concert, where);
}

}  // namespace stagedoor::testing
