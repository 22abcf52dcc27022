// The audit stays useful when the books are long.
#include "support/money.h"

using namespace stagedoor::testing;

namespace {

constexpr double kSlowestSeconds = 10;

// 500 charges of each of 1,000 users: a million entries, with balances that fit.
constexpr const char* kFill =
    "START TRANSACTION;"
    "INSERT INTO users (user_id, balance, created_at) SELECT"
    " UNHEX(MD5(CONCAT('user', a.digit, b.digit, c.digit))), 500, SYSDATE(6)"
    " FROM digits a, digits b, digits c;"
    "INSERT INTO ledger_entries (account, user_id, kind, reference, amount, balance_after, at)"
    " SELECT 'USER', user_id, 'CHARGE', UNHEX(MD5(CONCAT(HEX(user_id), n))), 1, n, SYSDATE(6)"
    " FROM (SELECT a.digit * 100 + b.digit * 10 + c.digit + 1 AS n"
    "  FROM digits a, digits b, digits c WHERE a.digit < 5) AS numbers"
    " CROSS JOIN (SELECT user_id FROM users WHERE balance = 500) AS rich ORDER BY n;"
    "INSERT INTO ledger_entries (account, kind, reference, amount, at)"
    " SELECT 'TILL', 'CHARGE', reference, -1, at FROM ledger_entries"
    " WHERE account = 'USER' AND amount = 1;"
    "COMMIT";

}  // namespace

TEST(Audit, OfAMillionLedgerEntriesTakesLessThanTenSeconds) {
  Installation& installation = Installation::shared();
  installation.query(kFill);
  ASSERT_GE(std::stol(installation.query_value("SELECT COUNT(*) FROM ledger_entries")), 1'000'000);
  const CommandResult audit = installation.run({"audit"});
  EXPECT_EQ(audit.exit_code, 0) << audit.out << audit.err;
  EXPECT_LT(audit.seconds, kSlowestSeconds);
  RecordProperty("milliseconds", static_cast<int>(audit.seconds * 1000));
  std::cout << "audit of a million entries: " << audit.seconds << " s\n";

  const User user = new_user();
  ASSERT_EQ(charge(user, 5).status, 201);
  installation.query("UPDATE users SET balance = 6 WHERE user_id = " + in_sql(user.user_id));
  const CommandResult violated = installation.run({"audit"});
  EXPECT_EQ(violated.exit_code, 1) << violated.out;
  EXPECT_NE(violated.out.find("VIOLATED  money: every balance is the sum of its ledger"),
            std::string::npos);
  installation.query("UPDATE users SET balance = 5 WHERE user_id = " + in_sql(user.user_id));
}
