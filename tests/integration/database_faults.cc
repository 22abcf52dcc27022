// What becomes of transactions when locks, connections and the whole database fail under them.
#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <latch>

#include "db/transaction.h"
#include "integration/database.h"
#include "integration/database_proxy.h"
#include "support/concurrency.h"
#include "support/slowness.h"

namespace stagedoor {
namespace {

using std::chrono::milliseconds;
using testing::eventually;

constexpr milliseconds kSoon{5'000};
constexpr Micros kQuickly = std::chrono::seconds{3};

constexpr const char* kWaitOneSecond = "SET SESSION innodb_lock_wait_timeout = 1";

void kill_connection_of(std::int64_t id) {
  installation().query("KILL " + std::to_string(id));
  EXPECT_TRUE(eventually(kSoon, [&] {
    return installation().query_value(
               "SELECT COUNT(*) FROM information_schema.processlist"
               " WHERE id = " +
               std::to_string(id)) == "0";
  }));
}

// From a connection or a transaction, ends the connection under it.
template <typename Source>
void lose_connection(Source& source) {
  std::int64_t id = 0;
  source.query("SELECT CONNECTION_ID()").read_first(id);
  kill_connection_of(id);
}

// Runs a transaction that marks the name and whose commit gets no answer.
void expect_in_doubt(
    db::Connection& connection, const std::string& name,
    const std::function<void(db::Transaction&)>& before_commit = [](db::Transaction&) {}) {
  int runs = 0;
  EXPECT_THROW(db::transact(connection,
                            [&](db::Transaction& transaction) {
                              ++runs;
                              transaction.insert(kInsertMark, name);
                              before_commit(transaction);
                              transaction.commit();
                              return Done{};
                            }),
               db::CommitInDoubt);
  EXPECT_EQ(runs, 1) << "what may have happened is not repeated";
}

// Returns how many attempts it took.
int mark(db::Connection& connection, const std::string& name) {
  int attempts = 0;
  db::transact(connection, [&](db::Transaction& transaction) {
    ++attempts;
    transaction.insert(kInsertMark, name);
    transaction.commit();
    return Done{};
  });
  return attempts;
}

class DatabaseFaults : public ::testing::Test {
 protected:
  void TearDown() override { installation().up(); }

  db::Connection database_{database_config()};
};

}  // namespace

TEST_F(DatabaseFaults, OfTwoThatDeadlockOneIsBegunAnewAndBothCommit) {
  const std::string names[] = {new_name(), new_name()};
  for (const std::string& name : names) database_.insert(kInsertMark, name);
  db::Connection other(database_config());
  ASSERT_TRUE(other.ping());
  db::Connection* const connections[] = {&database_, &other};
  std::latch both_hold_their_first_row(2);
  const auto runs = testing::parallel(2, 2, [&](std::size_t me) {
    int attempts = 0;
    db::transact(*connections[me], [&](db::Transaction& transaction) {
      ++attempts;
      transaction.execute(kTouchMark, names[me]);
      if (attempts == 1) both_hold_their_first_row.arrive_and_wait();
      transaction.execute(kTouchMark, names[1 - me]);
      transaction.commit();
      return Done{};
    });
    return attempts;
  });
  EXPECT_EQ(runs[0] + runs[1], 3);
}

TEST_F(DatabaseFaults, ALockThatIsWaitedForInVainIsTriedAgainFromTheStart) {
  database_.execute(kWaitOneSecond);
  const std::string locked = new_name();
  const std::string written = new_name();
  database_.insert(kInsertMark, locked);
  db::Connection other(database_config());
  auto holder = std::make_unique<db::Transaction>(other);
  holder->execute(kTouchMark, locked);
  int attempts = 0;
  db::transact(database_, [&](db::Transaction& transaction) {
    if (++attempts == 2) holder.reset();
    // Twice would be refused: that the first attempt's row is gone shows that it was rolled back.
    EXPECT_TRUE(transaction.insert(kInsertMark, written));
    transaction.execute(kTouchMark, locked);
    transaction.commit();
    return Done{};
  });
  EXPECT_EQ(attempts, 2);
  EXPECT_TRUE(is_marked(written));
}

TEST_F(DatabaseFaults, AStatementThatStandsAloneWaitsForALockOnlySoLong) {
  database_.execute(kWaitOneSecond);
  const std::string locked = new_name();
  database_.insert(kInsertMark, locked);
  db::Connection other(database_config());
  db::Transaction holder(other);
  holder.execute(kTouchMark, locked);
  EXPECT_THROW(database_.query("SELECT set_at FROM marks WHERE name = ? FOR UPDATE", locked),
               Unavailable);
  EXPECT_THROW(database_.execute(kTouchMark, locked), Unavailable);
}

TEST_F(DatabaseFaults, WhatTheDatabaseRefusesIsNotTriedAgain) {
  const std::string name = new_name();
  for (const char* statement : {
           "INSERT INTO marks (name, set_at) VALUES (REPEAT('x', 65), SYSDATE(6))",
           "INSERT INTO marks (name, set_at) VALUES (NULL, SYSDATE(6))",
           "UPDATE users SET balance = -1 WHERE TRUE ORDER BY user_id LIMIT 1",
           "SELECT nothing FROM marks",
           "SELECT FROM",
       }) {
    int runs = 0;
    try {
      db::transact(database_, [&](db::Transaction& transaction) {
        ++runs;
        transaction.insert(kInsertMark, name);
        transaction.insert("INSERT INTO users (user_id, created_at) VALUES (?, SYSDATE(6))",
                           UserId::make());
        transaction.execute(statement);
        transaction.commit();
        return Done{};
      });
      ADD_FAILURE() << statement;
    } catch (const db::Error& error) {
      EXPECT_FALSE(error.may_retry()) << error.what();
    }
    EXPECT_EQ(runs, 1) << statement;
    EXPECT_FALSE(is_marked(name)) << statement;
  }
}

TEST_F(DatabaseFaults, ATransactionThatLostItsConnectionIsBegunAnew) {
  const std::string names[] = {new_name(), new_name()};
  int attempts = 0;
  db::transact(database_, [&](db::Transaction& transaction) {
    EXPECT_TRUE(transaction.insert(kInsertMark, names[0]));
    if (++attempts == 1) lose_connection(transaction);
    EXPECT_TRUE(transaction.insert(kInsertMark, names[1]));
    transaction.commit();
    return Done{};
  });
  EXPECT_EQ(attempts, 2);
  EXPECT_TRUE(is_marked(names[0]));
  EXPECT_TRUE(is_marked(names[1]));
}

TEST_F(DatabaseFaults, ATransactionFindsItsConnectionLostAtItsBeginAndTakesANewOne) {
  lose_connection(database_);
  int attempts = 0;
  const std::string name = new_name();
  db::transact(database_, [&](db::Transaction& transaction) {
    ++attempts;
    transaction.insert(kInsertMark, name);
    transaction.commit();
    return Done{};
  });
  EXPECT_EQ(attempts, 1);
  EXPECT_TRUE(is_marked(name));
}

TEST_F(DatabaseFaults, ATransactionThatLosesEveryConnectionGivesUpAfterThree) {
  const std::string name = new_name();
  int attempts = 0;
  EXPECT_THROW(db::transact(database_,
                            [&](db::Transaction& transaction) {
                              ++attempts;
                              transaction.insert(kInsertMark, name);
                              lose_connection(transaction);
                              transaction.execute(kTouchMark, name);
                              transaction.commit();
                              return Done{};
                            }),
               Unavailable);
  EXPECT_EQ(attempts, 3);
  EXPECT_FALSE(is_marked(name));
}

TEST_F(DatabaseFaults, NoStatementOfALostTransactionRunsOutsideOfIt) {
  const std::string names[] = {new_name(), new_name(), new_name()};
  {
    db::Transaction transaction(database_);
    transaction.insert(kInsertMark, names[0]);
    lose_connection(transaction);
    EXPECT_THROW(transaction.insert(kInsertMark, names[1]), db::Error);
    EXPECT_THROW(transaction.insert(kInsertMark, names[2]), db::Error);
    EXPECT_THROW(transaction.query(kCountMark, names[0]), db::Error);
    EXPECT_THROW(transaction.commit(), db::Error);
  }
  for (const std::string& name : names) EXPECT_FALSE(is_marked(name));
  EXPECT_TRUE(database_.insert(kInsertMark, names[0])) << "the connection is good again";
}

TEST_F(DatabaseFaults, RowsMayOutliveTheirConnection) {
  db::Transaction transaction(database_);
  db::Rows rows = transaction.query("SELECT digit FROM digits ORDER BY digit");
  ASSERT_TRUE(rows.next());
  lose_connection(transaction);
  EXPECT_THROW(transaction.execute(kTouchMark, "x"), db::Error);
}

TEST_F(DatabaseFaults, ACommitThatNeverReachedTheServerIsInDoubtAndNotRepeated) {
  DatabaseProxy proxy(database_config());
  db::Connection through(proxy.config());
  const std::string name = new_name();
  proxy.on_next_commit(DatabaseProxy::OnCommit::kCutBefore);
  expect_in_doubt(through, name);
  EXPECT_FALSE(is_marked(name));
  EXPECT_TRUE(through.insert(kInsertMark, name)) << "the connection is good again";
}

TEST_F(DatabaseFaults, ACommitWhoseAnswerIsLostIsInDoubtAndNotRepeated) {
  DatabaseProxy proxy(database_config());
  db::Connection through(proxy.config());
  const std::string name = new_name();
  proxy.on_next_commit(DatabaseProxy::OnCommit::kCutAfter);
  expect_in_doubt(through, name);
  EXPECT_TRUE(is_marked(name)) << "it happened all the same";
}

TEST_F(DatabaseFaults, ACommitOnAKilledConnectionIsInDoubtAndNotRepeated) {
  const std::string name = new_name();
  expect_in_doubt(database_, name,
                  [](db::Transaction& transaction) { lose_connection(transaction); });
  EXPECT_FALSE(is_marked(name));
}

// On the same connection the next transaction would commit what was refused: START TRANSACTION does
// so with one that is open.
TEST_F(DatabaseFaults, ACommitThatIsRefusedIsInDoubtAndItsConnectionGivenUp) {
  for (const int code : {3100, 1180, 1290, 1205, 1105}) {
    SCOPED_TRACE(code);
    DatabaseProxy proxy(database_config());
    db::Connection through(proxy.config());
    const std::string names[] = {new_name(), new_name(), new_name()};
    proxy.on_next_commit(DatabaseProxy::OnCommit::kRefuse, code);
    expect_in_doubt(through, names[0]);
    proxy.on_next_commit(DatabaseProxy::OnCommit::kDeny, code);
    expect_in_doubt(through, names[1]);
    mark(through, names[2]);
    EXPECT_FALSE(is_marked(names[0]));
    EXPECT_TRUE(is_marked(names[1])) << "it happened all the same";
    EXPECT_TRUE(is_marked(names[2]));
  }
}

TEST_F(DatabaseFaults, ACommitThatCertificationRefusesIsBegunAnew) {
  DatabaseProxy proxy(database_config());
  db::Connection through(proxy.config());
  const std::string name = new_name();
  proxy.on_next_commit(DatabaseProxy::OnCommit::kRefuse, 1213);
  EXPECT_EQ(mark(through, name), 2) << "attempts";
  EXPECT_TRUE(is_marked(name));
}

TEST_F(DatabaseFaults, AServerThatBecomesReadOnlyIsLeftAndUsedAgainWhenItTakesWrites) {
  const std::string names[] = {new_name(), new_name()};
  ASSERT_EQ(database_.state(), db::ServerState::kUsable);
  {
    const testing::ReadOnlyDatabase read_only(installation());
    EXPECT_EQ(database_.state(), db::ServerState::kUnusable);
    EXPECT_THROW(mark(database_, names[0]), db::Unusable);
    EXPECT_THROW(database_.insert(kInsertMark, names[0]), db::Unusable);
    db::Connection fresh(database_config());
    EXPECT_THROW(fresh.query("SELECT 1"), db::Unusable) << "what it says may be old";
  }
  mark(database_, names[1]);
  EXPECT_FALSE(is_marked(names[0]));
  EXPECT_TRUE(is_marked(names[1]));
}

TEST_F(DatabaseFaults, ATransactionUnderWhichTheServerBecomesReadOnlyIsNotCommitted) {
  const std::string names[] = {new_name(), new_name()};
  std::unique_ptr<testing::ReadOnlyDatabase> read_only;
  EXPECT_THROW(db::transact(database_,
                            [&](db::Transaction& transaction) {
                              transaction.insert(kInsertMark, names[0]);
                              read_only =
                                  std::make_unique<testing::ReadOnlyDatabase>(installation());
                              transaction.insert(kInsertMark, names[1]);
                              transaction.commit();
                              return Done{};
                            }),
               db::Unusable);
  read_only.reset();
  for (const std::string& name : names) EXPECT_FALSE(is_marked(name));
}

TEST_F(DatabaseFaults, AReaderLeavesAServerThatBecameReadOnlyWithinASecond) {
  ASSERT_TRUE(database_.ping());
  const testing::ReadOnlyDatabase read_only(installation());
  EXPECT_TRUE(eventually(milliseconds{1'500}, [&] {
    try {
      database_.query("SELECT 1");
      return false;
    } catch (const db::Unusable&) {
      return true;
    }
  }));
}

TEST_F(DatabaseFaults, AStatementThatStandsAloneIsRunOnceMoreAfterALoss) {
  const std::string name = new_name();
  lose_connection(database_);
  int one = 0;
  ASSERT_TRUE(database_.query("SELECT 1").read_first(one));
  EXPECT_EQ(one, 1);
  lose_connection(database_);
  EXPECT_TRUE(database_.insert(kInsertMark, name));
  EXPECT_TRUE(is_marked(name));
}

TEST_F(DatabaseFaults, AReadThatStandsAloneSurvivesARestartOfTheDatabase) {
  ASSERT_TRUE(database_.ping());
  installation().kill_part("mariadb");
  installation().up();
  int one = 0;
  ASSERT_TRUE(database_.query("SELECT 1").read_first(one));
}

TEST_F(DatabaseFaults, WithoutADatabaseEverythingIsUnavailableAndSoon) {
  const std::string name = new_name();
  ASSERT_TRUE(database_.ping());
  installation().kill_part("mariadb");
  db::Connection fresh(database_config());
  for (db::Connection* connection : {&database_, &fresh}) {
    const testing::Slowness slowness;
    const Micros started_at = monotonic_now();
    EXPECT_THROW(connection->query("SELECT 1"), Unavailable);
    EXPECT_THROW(connection->insert(kInsertMark, name), Unavailable);
    EXPECT_THROW(db::transact(*connection,
                              [&](db::Transaction& transaction) {
                                transaction.insert(kInsertMark, name);
                                transaction.commit();
                                return Done{};
                              }),
                 Unavailable);
    EXPECT_FALSE(connection->ping());
    EXPECT_LT(monotonic_now() - started_at, kQuickly * slowness.factor());
  }
  installation().up();
  EXPECT_TRUE(database_.ping());
  EXPECT_TRUE(fresh.ping());
  EXPECT_FALSE(is_marked(name));
}

TEST_F(DatabaseFaults, AWrongPasswordIsUnavailableAndNotShown) {
  DatabaseConfig config = database_config();
  config.password = "not-the-password";
  db::Connection refused(config);
  try {
    refused.query("SELECT 1");
    ADD_FAILURE() << "let in";
  } catch (const Unavailable& error) {
    EXPECT_EQ(std::string(error.what()).find(config.password), std::string::npos) << error.what();
  }
}

}  // namespace stagedoor
