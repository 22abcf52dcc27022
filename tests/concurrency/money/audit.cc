// ./stagedoor audit: each of its invariants is broken by hand, and it names that one and no other.
#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "corruptions.h"
#include "saved_tables.h"
#include "support/money.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;
using stagedoor::watch::Invariant;

namespace {

constexpr const char* kDocument = STAGEDOOR_SOURCE_DIR "/docs/ARCHITECTURE.md";

constexpr std::size_t kNameAt = 10;  // behind OK or VIOLATED
constexpr const char* kRowIndent = "            ";

Installation& installation() { return Installation::shared(); }

struct AuditResult {
  int exit_code = 0;
  std::set<std::string> all;
  std::set<std::string> violated;
  std::string text;
};

AuditResult run_audit(const std::vector<std::string>& options = {}) {
  std::vector<std::string> arguments = {"audit"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const CommandResult command = installation().run(arguments);
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
    const Json behind = joined(new_user(), concert);
    const User charged = new_user();
    fund({payer.user, charged}, 5 * kSeatPrice);
    leave(leaver["token"].text());
    const Json open_hold = held(holder, date_of(concert), {3, 4});
    const Json cancelled = held(canceller, date_of(concert), {5});
    ASSERT_EQ(release(canceller.user, cancelled).status, 204);
    const Json paid = held(payer, date_of(concert), {1, 2});
    const Json payment = paid_by(payer, paid);
    ASSERT_TRUE(becomes(next, "ACTIVE"));
    const Json refunded = bought_and_returned();
    past_concert_ = std::to_string(refunded["concert_id"].integer());
    variables_ =
        "SET /*M!100201 check_constraint_checks = 0, */ @concert = " + id_of(concert) +
        ", @date = " + std::to_string(date_of(concert)) +
        ", @payer = " + in_sql(payer.user.user_id) + ", @charged = " + in_sql(charged.user_id) +
        ", @payment = " + in_sql(payment["payment_id"].text()) +
        ", @refunded = " + in_sql(refunded["payment_id"].text()) +
        ", @held = " + reservation_in_sql(open_hold) + ", @paid = " + reservation_in_sql(paid) +
        ", @cancelled = " + reservation_in_sql(cancelled) +
        ", @waiting = " + in_sql(waiting["token_id"].text()) +
        ", @behind = " + in_sql(behind["token_id"].text()) +
        ", @inside = " + in_sql(next["token_id"].text()) + ";";
    suspend_checks();
    saved_ = std::make_unique<SavedTables>();
  }

  static void TearDownTestSuite() {
    saved_->drop();
    saved_.reset();
  }

  // Another user's payment that was refunded, for a concert of its own.
  static Json bought_and_returned() {
    const Json concert = create_concert(hall(1));
    const Fan buyer = admitted(concert);
    fund({buyer.user}, kSeatPrice);
    Json payment = paid_by(buyer, held(buyer, date_of(concert), {1}));
    EXPECT_EQ(refund(buyer.user, payment).status, 200);
    return payment;
  }

  static void restore() {
    saved_->restore();
    const char* const find_key = "SHOW INDEX FROM queue_tokens WHERE Key_name = 'one_live_token'";
    if (!installation().query(find_key).empty()) return;
    as_owner("ALTER TABLE queue_tokens ADD UNIQUE KEY one_live_token (user_id, concert_id, live)");
  }

  static void expect_named(const Corruption& corruption) {
    const std::string name(stagedoor::text_of(corruption.invariant));
    SCOPED_TRACE(corruption.sql);
    as_owner(variables_ + corruption.sql);
    const AuditResult result = run_audit();
    restore();
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.violated, std::set<std::string>{name}) << result.text;
  }

  static std::string variables_;
  static std::string past_concert_;  // of the payment that was refunded
  static std::unique_ptr<SavedTables> saved_;
};

std::string Audit::variables_;
std::string Audit::past_concert_;
std::unique_ptr<SavedTables> Audit::saved_;

}  // namespace

TEST_F(Audit, OfASaleThatIsWholeFindsNothing) {
  const AuditResult result = run_audit();
  EXPECT_EQ(result.exit_code, 0) << result.text;
  EXPECT_EQ(result.violated, std::set<std::string>{});
}

// One test for each invariant that the audit has: of one that is not broken above it fails.
class EachInvariant : public Audit, public ::testing::WithParamInterface<Invariant> {};

TEST_P(EachInvariant, IsNamedWhenItAloneIsBroken) {
  int planted = 0;
  for (const Corruption& corruption : kCorruptions) {
    if (corruption.invariant != GetParam()) continue;
    ++planted;
    expect_named(corruption);
  }
  EXPECT_GE(planted, 1) << "no corruption is planted for it";
}

std::vector<Invariant> all_invariants() {
  std::vector<Invariant> all;
  for (const auto& [invariant, name] : enum_texts(Invariant{})) all.push_back(invariant);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Of, EachInvariant, ::testing::ValuesIn(all_invariants()),
                         [](const auto& of) {
                           std::string name(stagedoor::text_of(of.param));
                           for (char& c : name) c = std::isalnum(c) != 0 ? c : '_';
                           return name;
                         });

TEST_F(Audit, LooksAtEachInvariantAndTheDocumentsNameThem) {
  std::set<std::string> known;
  for (const Invariant invariant : all_invariants())
    known.insert(std::string(stagedoor::text_of(invariant)));
  EXPECT_EQ(run_audit().all, known);

  std::ifstream file(kDocument);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::regex quoted("\"((line|admission|seats|reservations|money|payments): [^\"]*)\"");
  std::set<std::string> documented;
  for (std::sregex_iterator name(text.begin(), text.end(), quoted), end; name != end; ++name) {
    documented.insert((*name)[1]);
  }
  EXPECT_EQ(documented, known) << kDocument;
}

TEST_F(Audit, PrintsTheFirstTenRowsThatContradictIt) {
  as_owner(variables_ +
           "INSERT INTO users (user_id, balance, created_at)"
           " SELECT UNHEX(LEFT(SHA2(CONCAT(a.digit, b.digit), 256), 32)), 1, SYSDATE(6) FROM "
           "digits a, digits b");
  const AuditResult result = run_audit();
  restore();
  EXPECT_EQ(result.exit_code, 1);
  std::istringstream lines(result.text);
  std::int64_t rows = 0;
  for (std::string line; std::getline(lines, line);) rows += line.starts_with(kRowIndent) ? 1 : 0;
  EXPECT_EQ(rows, 10) << result.text;
}

TEST_F(Audit, SaysItInOneLineOfJson) {
  const Json clean = Json::parse(run_audit({"--json"}).text);
  EXPECT_EQ(clean["result"].text(), "clean");
  EXPECT_TRUE(clean["since"].is_null());
  EXPECT_EQ(clean["invariants"].items().size(), all_invariants().size());

  as_owner(variables_ + "UPDATE users SET balance = balance + 1 WHERE user_id = @payer");
  const CommandResult violated = installation().run({"audit", "--json"});
  restore();
  EXPECT_EQ(violated.exit_code, 1);
  EXPECT_NE(violated.err.find("VIOLATED  money: every balance is the sum of its ledger"),
            std::string::npos);
  const Json json = Json::parse(violated.out);
  EXPECT_EQ(json["result"].text(), "violated");
  for (const Json& invariant : json["invariants"].items()) {
    const bool broken = invariant["name"].text() == "money: every balance is the sum of its ledger";
    EXPECT_EQ(invariant["violations"].items().size(), broken ? 1U : 0U) << invariant;
  }
}

// What has ended long ago, and what the ledger has not heard of since, is left to a whole audit.
TEST_F(Audit, SinceTheLastCleanOneLooksAtWhatCanHaveChanged) {
  const std::string long_ago =
      "UPDATE concerts SET first_date_at = SYSDATE(6) - INTERVAL 9 DAY,"
      " last_date_at = SYSDATE(6) - INTERVAL 9 DAY WHERE concert_id = " +
      past_concert_ + ";UPDATE ledger_entries SET at = at - INTERVAL 9 DAY;";
  as_owner(long_ago);
  ASSERT_EQ(run_audit().exit_code, 0);
  EXPECT_EQ(run_audit({"--since"}).exit_code, 0);

  as_owner("UPDATE queue_counters SET last_place = last_place + 1 WHERE concert_id = " +
           past_concert_);
  EXPECT_EQ(run_audit({"--since"}).exit_code, 0);
  EXPECT_EQ(run_audit().exit_code, 1);
  as_owner("UPDATE queue_counters SET last_place = last_place - 1 WHERE concert_id = " +
           past_concert_);

  as_owner(variables_ + "UPDATE users SET balance = balance + 1 WHERE user_id = @charged");
  EXPECT_EQ(run_audit({"--since"}).exit_code, 0);
  as_owner(variables_ +
           "INSERT INTO ledger_entries (account, user_id, kind, reference, amount, balance_after,"
           "  at) SELECT 'USER', user_id, 'CHARGE', REVERSE(user_id), 5, balance - 1 + 5,"
           "  SYSDATE(6) FROM users WHERE user_id = @charged;"
           "INSERT INTO ledger_entries (account, kind, reference, amount, at)"
           " VALUES ('TILL', 'CHARGE', REVERSE(@charged), -5, SYSDATE(6));"
           "UPDATE users SET balance = balance + 5 WHERE user_id = @charged");
  const AuditResult charged = run_audit({"--since"});
  EXPECT_EQ(charged.violated,
            std::set<std::string>{"money: every balance is the sum of its ledger"})
      << charged.text;
  as_owner(variables_ + "UPDATE users SET balance = balance - 1 WHERE user_id = @charged");
  EXPECT_EQ(run_audit({"--since"}).exit_code, 0);

  as_owner(variables_ +
           "UPDATE queue_counters SET last_place = last_place + 1 WHERE concert_id = @concert");
  EXPECT_EQ(run_audit({"--since"}).exit_code, 1);
  restore();
}

TEST_F(Audit, SaysThatItCouldNotFinish) {
  const CommandResult nowhere =
      run_command({Installation::binary("audit"), "--json"},
                  {{"STAGEDOOR_HOME", installation().home().string()},
                   {"STAGEDOOR_DB", "mysql://nobody:x@127.0.0.1:1/none"}});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_NE(nowhere.err, "");
  EXPECT_EQ(Json::parse(nowhere.out)["result"].text(), "unfinished");
  EXPECT_EQ(installation().run({"audit", "--sinec"}).exit_code, 2);
}

// A statement that waits for a table is one that takes long.
TEST_F(Audit, LeavesNoStatementBehindWhenItIsStopped) {
  const std::string is_waiting =
      "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()"
      " AND INFO LIKE '%payments p%'";
  std::thread locks([] { as_owner("LOCK TABLES payments WRITE; SELECT SLEEP(15)"); });
  CommandResult stopped;
  std::thread audits([&] {
    stopped = run_command(
        {"timeout", "--preserve-status", "-s", "TERM", "8", Installation::binary("audit")},
        {{"STAGEDOOR_HOME", installation().home().string()}});
  });
  const bool waited = eventually(8s, [&] { return installation().query_value(is_waiting) == "1"; });
  audits.join();
  const std::string left = installation().query_value(is_waiting);
  locks.join();
  EXPECT_TRUE(waited);
  EXPECT_EQ(stopped.exit_code, 2) << stopped.out << stopped.err;
  EXPECT_LT(stopped.seconds, 14) << "it waited until the table was free";
  EXPECT_EQ(left, "0");
}
