// The plan of every statement that a request, an advance or a sweep runs, on loaded tables: what
// the server really ran is taken from its own log, so that no statement can be forgotten here.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>

#include "support/money.h"
#include "support/queue.h"
#include "support/seats.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

Installation& installation() { return Installation::shared(); }

constexpr const char* kRows = "20000";

// n from 0 on; ids are a mark and n.
std::string numbers() {
  return std::string(
             " FROM (SELECT a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit + 10000 *"
             " e.digit AS n FROM digits a, digits b, digits c, digits d, digits e) AS numbers"
             " WHERE n < ") +
         kRows + " ORDER BY n;";
}

std::string made_id(const std::string& mark) {
  return "UNHEX(CONCAT('" + mark + "', LPAD(HEX(n), 30, '0')))";
}

// A thousand concerts without visitors, and as many dates that are over.
void load_concerts() {
  installation().query(
      "INSERT INTO concerts (title, artist, venue, description, max_active,"
      " admit_per_minute, claim_seconds, active_seconds, hold_seconds, max_seats_per_user,"
      " first_date_at, last_date_at, line_order, draw_lead_seconds)"
      " SELECT 'One of many', 'A', 'B', '', 1, 0,"
      " 60, 600, 300, 4, UTC_TIMESTAMP(6) + INTERVAL 30 + c.digit DAY,"
      " UTC_TIMESTAMP(6) + INTERVAL 60 DAY, 'fifo', 60 FROM digits a, digits b, digits c;"
      "INSERT INTO queues (concert_id) SELECT concert_id FROM concerts"
      " WHERE title = 'One of many';"
      "INSERT INTO queue_counters (concert_id) SELECT concert_id FROM concerts"
      " WHERE title = 'One of many';"
      "INSERT INTO line_logs (concert_id, root, frontier)"
      " SELECT concert_id, UNHEX(SHA2('', 256)), X'01' FROM concerts WHERE title = 'One of many';"
      "INSERT INTO dates (concert_id, starts_at, seats_total, price_min, price_max)"
      " SELECT concert_id, UTC_TIMESTAMP(6) - INTERVAL 9 DAY, 0, 0, 0 FROM concerts"
      " WHERE title = 'One of many'");
}

// A line of twenty thousand, each of whom once bought a seat and gave it back.
void load_tables(const Json& concert) {
  const std::string concert_id = id_of(concert);
  const std::string date_id = std::to_string(date_of(concert));
  const std::string ledger =
      "INSERT INTO ledger_entries (account, user_id, concert_id, kind, reference, amount,"
      " balance_after, at) SELECT ";
  const auto movement = [&](const std::string& kind, const std::string& reference,
                            const std::string& amount, const std::string& after,
                            const std::string& other, const std::string& of_concert) {
    return ledger + "'USER', " + made_id("71") + ", NULL, '" + kind + "', " + made_id(reference) +
           ", " + amount + ", " + after + ", UTC_TIMESTAMP(6)" + numbers() + ledger + "'" + other +
           "', NULL, " + of_concert + ", '" + kind + "', " + made_id(reference) + ", -(" + amount +
           "), NULL, UTC_TIMESTAMP(6)" + numbers();
  };
  installation().query(
      "INSERT INTO users (user_id, balance, created_at) SELECT " + made_id("71") +
      ", 1000, UTC_TIMESTAMP(6)" + numbers() +
      "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at)"
      " SELECT " +
      made_id("70") + ", " + concert_id + ", " + made_id("71") +
      ", n + 2, 'WAITING', TRUE, UTC_TIMESTAMP(6)" + numbers() +
      "UPDATE queue_counters SET last_place = " + kRows + " + 1 WHERE concert_id = " + concert_id +
      ";INSERT INTO reservations (reservation_id, user_id, concert_id, date_id, token_id, status,"
      " seat_count, amount, user_seats, user_seats_max, held_until, created_at, payment_id)"
      " SELECT " +
      made_id("72") + ", " + made_id("71") + ", " + concert_id + ", " + date_id + ", " +
      made_id("70") +
      ", 'REFUNDED', 1, 1000, 1, 4, UTC_TIMESTAMP(6) + INTERVAL 1 DAY,"
      " UTC_TIMESTAMP(6), " +
      made_id("73") + numbers() +
      "INSERT INTO reservation_seats (reservation_id, number, grade, price) SELECT " +
      made_id("72") + ", 1, 'R', 1000" + numbers() +
      "INSERT INTO payments (payment_id, reservation_id, user_id, concert_id, amount,"
      " balance_after, status, paid_at, refunded_at, refund_limit) SELECT " +
      made_id("73") + ", " + made_id("72") + ", " + made_id("71") + ", " + concert_id +
      ", 1000, 1000, 'REFUNDED', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6),"
      " UTC_TIMESTAMP(6) + INTERVAL 1 DAY" +
      numbers() + movement("CHARGE", "74", "1000", "1000", "TILL", "NULL") +
      movement("PAYMENT", "73", "-1000", "0", "REVENUE", concert_id) +
      movement("REFUND", "73", "1000", "1000", "REVENUE", concert_id) +
      "INSERT INTO idempotency_keys (user_id, operation, client_key, fingerprint, status, body,"
      " created_at) SELECT " +
      made_id("71") + ", 'pay', 'key', '', 201, '{}', UTC_TIMESTAMP(6)" + numbers());
  installation().query_as_owner(
      "ANALYZE TABLE users, queue_tokens, reservations, reservation_seats, payments,"
      " ledger_entries, idempotency_keys, seats, dates, concerts, queues");
}

// What people and cron do, each thing at least once.
void use_everything(const Json& concert, const Json& crowded) {
  const auto fans = admitted(3, concert);
  const std::int64_t date_id = date_of(concert);
  const Json kept = held(fans[0], date_id, {1, 2});
  EXPECT_EQ(reserve_best(fans[1], date_id, 2).status, 201);
  const Json released = held(fans[2], date_id, {10});
  EXPECT_EQ(release(fans[2].user, released).status, 204);
  get(seats_path(concert), as(fans[0]));
  EXPECT_EQ(charge(fans[0].user, 10'000'000).status, 201);
  const Response paid = pay(fans[0], kept);
  ASSERT_EQ(paid.status, 201) << paid;
  const std::string user = "/users/" + fans[0].user.user_id;
  for (const std::string& path :
       {user, user + "/balance", user + "/ledger?limit=1", std::string("/reservations?limit=1"),
        std::string("/payments?limit=1"), reservation_path(kept), std::string("/concerts?limit=1"),
        std::string("/concerts?past=true"), concert_path(concert), concert_path(concert) + "/dates",
        "/payments/" + paid.json()["payment_id"].text()}) {
    EXPECT_EQ(get(path, as(fans[0].user)).status, 200) << path;
  }
  EXPECT_EQ(post("/payments/" + paid.json()["payment_id"].text() + "/refund", "",
                 {bearer(fans[0].user.token), {"Idempotency-Key", "refund"}})
                .status,
            200);
  const Json waiting = joined(new_user(), crowded);
  state_of(waiting);
  EXPECT_EQ(join(new_user(), crowded).status, 201);
  EXPECT_EQ(leave(waiting["token"].text()).status, 204);
  EXPECT_TRUE(eventually(4s, [&] { return state_of(waiting)["status"].text() == "EXPIRED"; }));
  EXPECT_EQ(change(crowded, R"({"max_active":2})").status, 200);
  EXPECT_EQ(get("/admin" + concert_path(crowded) + "/stats", as_admin()).status, 200);
  let_lapse(held(fans[2], date_id, {12}));
  sweep();
  EXPECT_EQ(send({.path = "/metrics"}).status, 200);
}

// The statements of the server's log that read rows, of each shape one. What is binary in them is
// not kept by the log: an id that is there stands in for it, of the column that was named last.
class Statements {
 public:
  void read(const std::filesystem::path& log) {
    std::ifstream file(log);
    for (std::string line; std::getline(file, line);) {
      const auto at = line.find("Execute\t");
      if (at == std::string::npos) continue;
      const std::string sql = line.substr(at + 8);
      const bool reads = sql.starts_with("SELECT") || sql.starts_with("UPDATE") ||
                         sql.starts_with("DELETE") ||
                         (sql.starts_with("INSERT") && sql.find(" SELECT ") != std::string::npos);
      if (!reads) continue;
      // A statement that was prepared before the log began shows no values.
      const auto [known, is_new] = by_shape_.emplace(shape(sql), runnable(sql));
      if (!is_new && sql.find('?') == std::string::npos) known->second = runnable(sql);
    }
  }

  [[nodiscard]] const std::map<std::string, std::string>& by_shape() const { return by_shape_; }

 private:
  static std::string shape(const std::string& sql) {
    static const std::regex values(R"('([^'\\]|\\.)*'|\?|\b[0-9]+\b)");
    static const std::regex lists(R"((\?, ?)+\?)");
    return std::regex_replace(std::regex_replace(sql, values, "?"), lists, "?");
  }

  static std::string runnable(const std::string& logged) {
    static const std::regex unknown_limit(R"(\bLIMIT \?)");
    const std::string sql = std::regex_replace(logged, unknown_limit, "LIMIT 7");
    static const std::regex value(R"((user|token|reservation|payment|hold)_id|'([^'\\]|\\.)*'|\?)");
    static const std::map<std::string, std::string> marks = {
        {"user", "71"}, {"token", "70"}, {"reservation", "72"}, {"hold", "72"}, {"payment", "73"}};
    std::string column = "user";
    std::string out;
    auto from = sql.begin();
    for (std::sregex_iterator match(sql.begin(), sql.end(), value), end; match != end; ++match) {
      out.append(from, (*match)[0].first);
      from = (*match)[0].second;
      const std::string text = match->str();
      const bool is_binary =
          text == "?" || std::any_of(text.begin(), text.end(), [](char c) { return c < 0; });
      if ((*match)[1].matched) column = (*match)[1];
      out += is_binary ? "X'" + marks.at(column) + std::string(29, '0') + "7'" : text;
    }
    return out.append(from, sql.end());
  }

  std::map<std::string, std::string> by_shape_;
};

// The sweep asks each line once a minute, and the gauges every five seconds at most.
bool looks_at_every_line(const std::string& sql) {
  return sql.starts_with("SELECT q.concert_id, q.snapshot, c.last_place FROM queues") ||
         sql.starts_with("SELECT concert_id FROM queues WHERE tidied_place") ||
         sql.starts_with("SELECT q.concert_id FROM queues q WHERE EXISTS") ||
         sql.starts_with("SELECT l.concert_id FROM line_logs l JOIN queue_counters q");
}

// A row of EXPLAIN.
struct Access {
  std::string of;  // kind of SELECT
  std::string table;
  std::string type;
  std::string key;
  std::string rows;
};

std::vector<Access> plan_of(const std::string& sql) {
  std::vector<Access> plan;
  for (Row row : installation().query_as_owner("EXPLAIN FORMAT=TRADITIONAL " + sql)) {
    if (row.size() > 10) row.erase(row.begin() + 3);  // MySQL's column `partitions`
    plan.push_back({row.at(1), row.at(2), row.at(3), row.at(5), row.at(8)});
  }
  return plan;
}

// What looks at a whole table or index.
std::string scans_of(const std::string& sql) {
  std::string scans;
  for (const Access& access : plan_of(sql)) {
    const bool in_memory = access.table.starts_with("<") || access.table == "NULL";
    // MySQL lists the table that rows are inserted into.
    if (!in_memory && access.of != "INSERT" && access.rows != "1" &&
        (access.type == "ALL" || access.type == "index")) {
      scans += access.table + " " + access.type + "\n";
    }
  }
  return scans;
}

bool waits_for_seats(const std::string& sql) {
  static const std::regex updates(R"(UPDATE (seats\b|reservation.*\bseats\b).*)");
  static const std::regex selects(
      R"(SELECT [^()]*(\(6\))?[^()]* FROM [^()]*\bseats\b.* FOR UPDATE)");
  return std::regex_match(sql, updates) || std::regex_match(sql, selects);
}

// Accesses to seats by anything but their numbers, which lock seats of others as well.
std::string wide_locks_of(const std::string& sql) {
  std::string wide;
  for (const Access& access : plan_of(sql)) {
    const bool is_narrow = access.key == "PRIMARY" && access.type != "ref";
    const bool found_nothing = access.table == "NULL";
    if (!found_nothing && (access.table == "s" || access.table == "seats") && !is_narrow) {
      wide += access.table + " " + access.type + " " + access.key + "\n";
    }
  }
  return wide;
}

}  // namespace

TEST(QueryPlans, OfEveryStatementAreAccessesByIndex) {
  const Json crowded = create_concert({.settings = {{"max_active", 1}}});
  joined(new_user(), crowded);
  const Json concert = create_concert(hall(5'000));
  load_concerts();
  load_tables(crowded);
  const auto log = installation().home() / "tmp/statements.log";
  installation().query_as_owner("SET GLOBAL log_output = 'FILE', general_log_file = '" +
                                log.string() + "', general_log = ON");
  use_everything(concert, crowded);
  installation().query_as_owner("SET GLOBAL general_log = OFF");

  Statements statements;
  statements.read(log);
  EXPECT_GT(statements.by_shape().size(), 60U) << "the log of the server is not complete";
  EXPECT_TRUE(std::any_of(statements.by_shape().begin(), statements.by_shape().end(),
                          [](const auto& entry) {
                            return entry.second.starts_with(
                                "SELECT place, issued_at FROM queue_tokens WHERE concert_id");
                          }))
      << "the gauges compare nothing with what people were told";
  int waiting = 0;
  for (const auto& [shape, sql] : statements.by_shape()) {
    if (looks_at_every_line(sql)) continue;
    EXPECT_EQ(scans_of(sql), "") << shape;
    waiting += waits_for_seats(sql) ? 1 : 0;
    const std::string wide_locks = waits_for_seats(sql) ? wide_locks_of(sql) : "";
    EXPECT_EQ(wide_locks, "") << shape;
  }
  EXPECT_GE(waiting, 6) << "reserve, hold, pay, release, refund and the sweep lock seats";
}
