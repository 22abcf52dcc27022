// ./stagedoor audit: every invariant is broken by hand, and it names that one and no other.
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>

#include "support/money.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kNameAt = 10;  // behind OK or VIOLATED
constexpr const char* kRowIndent = "            ";

Installation& installation() { return Installation::shared(); }

struct AuditResult {
  int exit_code = 0;
  std::set<std::string> all;
  std::set<std::string> violated;
  std::string text;
};

AuditResult run_audit() {
  const CommandResult command = installation().run({"audit"});
  AuditResult result{command.exit_code, {}, {}, command.out + command.err};
  std::istringstream lines(command.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kRowIndent)) continue;
    const std::string name = line.substr(kNameAt);
    result.all.insert(name);
    if (line.starts_with("VIOLATED")) result.violated.insert(name);
  }
  return result;
}

// As the owner of the tables, who may also drop a constraint.
void as_owner(const std::string& sql) {
  const CommandResult result = run_command(
      {"mariadb", "--no-defaults", "--user=stagedoor_admin",
       "--socket=" + (installation().home() / "run/mariadb.sock").string(), "stagedoor"},
      {{"MYSQL_PWD", installation().secret("db_admin_password")}}, sql);
  if (result.exit_code != 0) throw std::runtime_error(result.err + "in: " + sql.substr(0, 500));
}

// Copies of all tables, to go back to.
class SavedTables {
 public:
  SavedTables() {
    for (const Row& row : installation().query("SHOW TABLES")) names_.push_back(row.at(0));
    std::string sql;
    for (const std::string& name : names_) {
      sql += "CREATE TABLE saved_" + name + " AS SELECT * FROM " + name + ";";
    }
    as_owner(sql);
  }
  void restore() const {
    std::string sql = "START TRANSACTION;";
    for (const std::string& name : names_) {
      sql += "DELETE FROM " + name + "; INSERT INTO " + name + " SELECT * FROM saved_" + name + ";";
    }
    as_owner(sql + "COMMIT");
  }
  void drop() const {
    std::string sql;
    for (const std::string& name : names_) sql += "DROP TABLE saved_" + name + ";";
    as_owner(sql);
  }

 private:
  std::vector<std::string> names_;
};

// How to break one invariant and nothing else. @concert, @date, @payer, @charged (a user who only
// charged), @payment, @held, @paid and @cancelled (reservations), @waiting and @inside (tokens) are
// set.
struct Corruption {
  const char* invariant;
  const char* sql;
};

constexpr Corruption kCorruptions[] = {
    {"line: places are given out without gaps",
     "UPDATE queue_counters SET last_place = last_place + 1 WHERE concert_id = @concert"},
    {"line: a user has one live token per concert",
     "ALTER TABLE queue_tokens DROP INDEX one_live_token;"
     "UPDATE queue_counters SET last_place = last_place + 1 WHERE concert_id = @concert;"
     "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at)"
     " SELECT REVERSE(token_id), t.concert_id, user_id, last_place, status, live, issued_at"
     " FROM queue_tokens t JOIN queue_counters c ON c.concert_id = t.concert_id"
     " WHERE token_id = @waiting"},
    {"line: no client waits behind the front",
     "UPDATE queues SET front_place = (SELECT place FROM queue_tokens WHERE token_id = @waiting)"
     " WHERE concert_id = @concert"},
    {"line: admissions are in line order",
     "SELECT MIN(admission), MAX(admission) INTO @first, @last FROM admissions"
     " WHERE concert_id = @concert;"
     "UPDATE queue_tokens SET admitted_in = CASE admitted_in WHEN @first THEN @last"
     "  WHEN @last THEN @first ELSE admitted_in END WHERE concert_id = @concert;"
     "UPDATE admissions SET admission = -1 WHERE concert_id = @concert AND admission = @first;"
     "UPDATE admissions SET admission = @first"
     " WHERE concert_id = @concert AND admission = @last;"
     "UPDATE admissions SET admission = @last WHERE concert_id = @concert AND admission = -1;"
     "SELECT admitted_at INTO @first_at FROM admissions"
     " WHERE concert_id = @concert AND admission = @last;"
     "SELECT admitted_at INTO @last_at FROM admissions"
     " WHERE concert_id = @concert AND admission = @first;"
     "UPDATE admissions SET admitted_at = IF(admission = @first, @first_at, @last_at)"
     " WHERE concert_id = @concert AND admission IN (@first, @last)"},
    {"line: the active are counted",
     "UPDATE queues SET active = active + 1 WHERE concert_id = @concert"},
    {"line: departed places are not counted as waiting",
     "UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = SYSDATE(6),"
     " expired_reason = 'LEFT' WHERE token_id = @waiting"},
    {"admission: no record exceeds its limit",
     "UPDATE admissions SET active_after = max_active + 1 WHERE concert_id = @concert"
     " ORDER BY admission LIMIT 1"},
    {"admission: the pace in force is kept in every stretch of time",
     "UPDATE admissions SET admit_per_minute = 1 WHERE concert_id = @concert"},
    {"admission: every record has its tokens",
     "UPDATE queue_tokens SET admitted_in = NULL WHERE token_id = @inside"},
    {"admission: never more active than the limit in force",
     "UPDATE queue_tokens t JOIN reservations r ON r.token_id = t.token_id"
     " SET t.ended_at = SYSDATE(6) WHERE r.reservation_id = @paid"},
    {"seats: the owner of a seat is a reservation of it",
     "UPDATE seats SET status = 'HELD', reservation_id = REVERSE(@held),"
     " held_until = SYSDATE(6) + INTERVAL 1 HOUR WHERE date_id = @date AND number = 9"},
    {"seats: every SOLD seat has exactly one confirmed reservation",
     "UPDATE seats s JOIN reservation_seats rs ON rs.number = s.number SET s.status = 'SOLD',"
     " s.held_until = NULL, s.reservation_id = @cancelled"
     " WHERE s.date_id = @date AND rs.reservation_id = @cancelled"},
    {"seats: a confirmed reservation owns all of its seats",
     "UPDATE seats SET status = 'AVAILABLE', reservation_id = NULL WHERE reservation_id = @paid"
     " LIMIT 1"},
    {"seats: a live hold holds all of its seats",
     "UPDATE seats SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL"
     " WHERE reservation_id = @held LIMIT 1"},
    {"reservations: seats and amount add up",
     "UPDATE reservations SET amount = amount + 1 WHERE reservation_id = @cancelled"},
    {"reservations: no user has more seats of a date than allowed",
     "UPDATE reservations SET user_seats = 1, user_seats_max = 1 WHERE reservation_id = @paid"},
    {"reservations: a token has one open hold and knows it",
     "UPDATE queue_tokens SET held_until = held_until + INTERVAL 1 SECOND WHERE hold_id = @held"},
    {"seats: those of a date are what its organiser put in",
     "UPDATE seats SET price = price + 1 WHERE date_id = @date AND number = 8"},
    {"money: every balance is the sum of its ledger",
     "UPDATE users SET balance = balance + 1 WHERE user_id = @payer"},
    {"money: no ledger without a user", "DELETE FROM users WHERE user_id = @charged"},
    {"money: every balance is within its bounds",
     "UPDATE users SET balance = balance + 1000000000000000 WHERE user_id = @charged;"
     "INSERT INTO ledger_entries (account, user_id, kind, reference, amount, balance_after, at)"
     " SELECT 'USER', user_id, 'CHARGE', REVERSE(user_id), 1000000000000000, balance, SYSDATE(6)"
     " FROM users WHERE user_id = @charged;"
     "INSERT INTO ledger_entries (account, kind, reference, amount, at)"
     " VALUES ('TILL', 'CHARGE', REVERSE(@charged), -1000000000000000, SYSDATE(6))"},
    {"money: every entry says the balance after it",
     "UPDATE ledger_entries SET balance_after = balance_after + 1 WHERE user_id = @charged"
     " ORDER BY entry_id LIMIT 1"},
    {"money: the entries of every movement sum to zero",
     "UPDATE ledger_entries SET amount = amount - 1 WHERE account = 'TILL'"
     " ORDER BY entry_id LIMIT 1"},
    {"payments: each has its reservation",
     "UPDATE payments SET concert_id = concert_id + 1000 WHERE payment_id = @payment"},
    {"payments: every confirmed or refunded reservation has one",
     "UPDATE reservations SET status = 'REFUNDED', payment_id = REVERSE(reservation_id)"
     " WHERE reservation_id = @cancelled"},
    {"payments: each moved its money, and back when it was refunded",
     "UPDATE ledger_entries SET kind = 'CHARGE' WHERE reference = @payment"},
    {"payments: money moved for payments only",
     "UPDATE ledger_entries l JOIN (SELECT reference FROM ledger_entries"
     "  WHERE user_id = @charged) AS c ON c.reference = l.reference SET l.kind = 'PAYMENT'"},
};

std::string reservation_in_sql(const Json& reservation) {
  return in_sql(reservation["reservation_id"].text());
}

// A sale with something of everything in it, so that every invariant has rows to look at.
class Audit : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const Json concert = create_concert(hall(10, {{"max_active", 3}}));
    const Fan payer = admitted(concert);
    const Fan holder = admitted(concert);
    const Fan canceller = admitted(concert);
    const Json next = joined(new_user(), concert);
    const Json leaver = joined(new_user(), concert);
    const Json waiting = joined(new_user(), concert);
    const User charged = new_user();
    fund({payer.user, charged}, 5 * kSeatPrice);
    leave(leaver["token"].text());
    const Json open_hold = held(holder, date_of(concert), {3, 4});
    const Json cancelled = held(canceller, date_of(concert), {5});
    ASSERT_EQ(release(canceller.user, cancelled).status, 204);
    const Json paid = held(payer, date_of(concert), {1, 2});
    const Json payment = paid_by(payer, paid);
    ASSERT_TRUE(becomes(next, "ACTIVE"));
    buy_and_return();
    variables_ =
        "SET check_constraint_checks = 0, @concert = " + id_of(concert) +
        ", @date = " + std::to_string(date_of(concert)) +
        ", @payer = " + in_sql(payer.user.user_id) + ", @charged = " + in_sql(charged.user_id) +
        ", @payment = " + in_sql(payment["payment_id"].text()) +
        ", @held = " + reservation_in_sql(open_hold) + ", @paid = " + reservation_in_sql(paid) +
        ", @cancelled = " + reservation_in_sql(cancelled) +
        ", @waiting = " + in_sql(waiting["token_id"].text()) +
        ", @inside = " + in_sql(next["token_id"].text()) + ";";
    saved_ = std::make_unique<SavedTables>();
  }

  static void TearDownTestSuite() {
    saved_->drop();
    saved_.reset();
  }

  // Another user's payment that was refunded.
  static void buy_and_return() {
    const Json concert = create_concert(hall(1));
    const Fan buyer = admitted(concert);
    fund({buyer.user}, kSeatPrice);
    const Json payment = paid_by(buyer, held(buyer, date_of(concert), {1}));
    ASSERT_EQ(refund(buyer.user, payment).status, 200);
  }

  static void restore() {
    saved_->restore();
    as_owner(
        "ALTER TABLE queue_tokens ADD UNIQUE KEY IF NOT EXISTS"
        " one_live_token (user_id, concert_id, live)");
  }

  static void expect_named(const Corruption& corruption) {
    SCOPED_TRACE(corruption.invariant);
    as_owner(variables_ + corruption.sql);
    const AuditResult result = run_audit();
    restore();
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.violated, std::set<std::string>{corruption.invariant}) << result.text;
  }

  static std::string variables_;
  static std::unique_ptr<SavedTables> saved_;
};

std::string Audit::variables_;
std::unique_ptr<SavedTables> Audit::saved_;

}  // namespace

TEST_F(Audit, OfASaleThatIsWholeFindsNothing) {
  const AuditResult result = run_audit();
  EXPECT_EQ(result.exit_code, 0) << result.text;
  EXPECT_EQ(result.violated, std::set<std::string>{});
}

TEST_F(Audit, NamesExactlyWhatIsBroken) {
  for (const Corruption& corruption : kCorruptions) expect_named(corruption);
  EXPECT_EQ(run_audit().exit_code, 0) << "clean again";
}

TEST_F(Audit, HasNoInvariantThatThisTestDoesNotBreak) {
  std::set<std::string> broken;
  for (const Corruption& corruption : kCorruptions) broken.insert(corruption.invariant);
  EXPECT_EQ(run_audit().all, broken);
}

TEST_F(Audit, PrintsTheFirstTenRowsThatContradictIt) {
  as_owner(variables_ +
           "INSERT INTO users (user_id, balance, created_at)"
           " SELECT UNHEX(MD5(CONCAT(a.digit, b.digit))), 1, SYSDATE(6) FROM digits a, digits b");
  const AuditResult result = run_audit();
  restore();
  EXPECT_EQ(result.exit_code, 1);
  std::istringstream lines(result.text);
  std::int64_t rows = 0;
  for (std::string line; std::getline(lines, line);) rows += line.starts_with(kRowIndent) ? 1 : 0;
  EXPECT_EQ(rows, 10) << result.text;
}

TEST_F(Audit, FailsWhenItCannotLook) {
  const CommandResult result = run_command({Installation::binary("audit")},
                                           {{"STAGEDOOR_HOME", installation().home().string()},
                                            {"STAGEDOOR_DB", "mysql://nobody:x@127.0.0.1:1/none"}});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_NE(result.err, "");
}
