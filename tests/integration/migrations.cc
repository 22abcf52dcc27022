#include <gtest/gtest.h>

#include <algorithm>

#include "integration/database.h"
#include "support/slow_database.h"
#include "support/temporary_folder.h"

namespace stagedoor {
namespace {

using testing::CommandResult;
using testing::Row;

std::vector<Row> recorded() {
  return installation().query("SELECT * FROM schema_migrations ORDER BY version");
}

// Whatever a test does to the record is undone at its end.
class Migrations : public ::testing::Test {
 protected:
  void SetUp() override { before_ = recorded(); }

  void TearDown() override {
    installation().query("DELETE FROM schema_migrations");
    for (const Row& row : before_) {
      installation().query("INSERT INTO schema_migrations VALUES (" + row.at(0) + ", '" +
                           row.at(1) + "', '" + row.at(2) + "', '" + row.at(3) + "', '" +
                           row.at(4) + "')");
    }
    EXPECT_EQ(recorded(), before_);
    installation().up();
  }

  static void expect_refusal(const std::string& text) {
    const auto counts = installation().row_counts();
    const CommandResult result = installation().run({"up"});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.err.find(text), std::string::npos) << result.out << result.err;
    EXPECT_EQ(installation().row_counts(), counts);
  }

  std::vector<Row> before_;
};

}  // namespace

TEST_F(Migrations, AreAllRecordedAsFinishedWithTheirChecksums) {
  ASSERT_FALSE(before_.empty());
  for (const Row& row : before_) {
    ASSERT_EQ(row.size(), 5U);
    EXPECT_EQ(row[2].size(), 64U) << row[1];
    EXPECT_LE(row[3], row[4]) << row[1];
    EXPECT_NE(row[4], "NULL") << row[1];
  }
  EXPECT_EQ(before_.front().at(1), "0001_people");
}

TEST_F(Migrations, RunTwiceChangeNothing) {
  const auto counts = installation().row_counts();
  installation().up();
  EXPECT_EQ(recorded(), before_);
  EXPECT_EQ(installation().row_counts(), counts);
}

TEST_F(Migrations, ThatAreHalfAppliedAreReportedByNameAndNotSkipped) {
  installation().query("UPDATE schema_migrations SET finished_at = NULL WHERE version = 1");
  expect_refusal("migration 0001_people is half applied");
  expect_refusal("schema_migrations");
}

TEST_F(Migrations, ThatWereChangedAfterwardsAreReportedByName) {
  installation().query("UPDATE schema_migrations SET checksum = REPEAT('0', 64) WHERE version = 1");
  expect_refusal("migration 0001_people was changed");
}

TEST_F(Migrations, FromBeforeTheFirstReleaseAreRefusedInOneLineThatSaysWhatToDo) {
  installation().query(
      "UPDATE schema_migrations SET name = '0001_accounts_and_concerts' WHERE version = 1;"
      "DELETE FROM schema_migrations WHERE version = 5;"
      "INSERT INTO schema_migrations VALUES"
      " (9, '0009_counted_ends', REPEAT('0', 64), SYSDATE(6), SYSDATE(6))");
  const auto recorded_before = recorded();
  expect_refusal(
      "stagedoor: the database has migration 0001_accounts_and_concerts from before the first"
      " release: export its data with mariadb-dump, then start anew with stagedoor up --fresh\n");
  EXPECT_EQ(recorded(), recorded_before) << "the missing one was not applied either";
}

TEST_F(Migrations, OfALaterVersionAreReportedByName) {
  installation().query(
      "INSERT INTO schema_migrations VALUES"
      " (9999, '9999_of_the_future', REPEAT('0', 64), SYSDATE(6), SYSDATE(6))");
  expect_refusal("9999_of_the_future");
}

TEST_F(Migrations, ThatFailAreReportedAndFromThenOnHalfApplied) {
  installation().query("DELETE FROM schema_migrations WHERE version = 1");
  const CommandResult result = installation().run({"up"});
  EXPECT_EQ(result.exit_code, 1) << "its tables are there already";
  EXPECT_NE(result.err.find("migration 0001_people failed"), std::string::npos) << result.err;
  expect_refusal("half applied");
}

TEST(ADatabaseThatOnlyLooksLikeMySQL, IsRefusedInOneLine) {
  testing::SlowDatabase database(installation().home() / "run/mariadb.sock");
  const testing::TemporaryFolder home;
  testing::Variables variables = installation().variables();
  variables["STAGEDOOR_HOME"] = home.path();
  variables["STAGEDOOR_MEMCACHED"] = installation().home() / "run/memcached.sock";
  variables["STAGEDOOR_DB"] = "mysql://stagedoor:" + installation().secret("db_password") +
                              "@127.0.0.1:" + std::to_string(database.port()) + "/stagedoor";
  const auto prepare = [&] {
    return testing::run_command({STAGEDOOR_SOURCE_DIR "/stagedoor", "prepare"}, variables);
  };
  const CommandResult before = prepare();
  EXPECT_EQ(before.exit_code, 0) << before.err;
  database.ignore_skip_locked();
  const CommandResult refused = prepare();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("does not skip locked rows"), std::string::npos) << refused.err;
  EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1) << refused.err;
}

}  // namespace stagedoor
