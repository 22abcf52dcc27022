// A process that is killed in the middle of a batch of joins: at each of its statements, before the
// server has it and before its answer comes.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integration/database_proxy.h"
#include "integration/line_fixture.h"

namespace stagedoor {
namespace {

using Side = DatabaseProxy::Side;

constexpr std::size_t kUsers = 8;

class JoiningFaults : public Lines {
 protected:
  // False when the process came to its end before `statement`.
  bool kill_at(int statement, Side side, ConcertId concert, const std::vector<UserId>& users) {
    DatabaseProxy proxy(database_config(), DatabaseProxy::Begins::kPaused);
    proxy.hold(statement, side);
    const pid_t child = fork();
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      LineProcess process(server_, proxy.config());
      process.join(concert, users);
      _exit(0);
    }
    proxy.start();
    int status = 0;
    bool ended = false;
    EXPECT_TRUE(testing::eventually(std::chrono::seconds{60}, [&] {
      ended = waitpid(child, &status, WNOHANG) == child;
      return ended || proxy.is_held();
    }));
    if (ended) return false;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return true;
  }

  // All of the batch or nothing of it is in line, in its order; and a user who comes again has one
  // place.
  void expect_whole(ConcertId concert, const std::vector<UserId>& users) {
    const auto answers = here_.join(concert, users);
    const auto behind = here_.join(concert, new_users(1)).front();
    std::int64_t place = 1;
    for (const auto& answer : answers) {
      ASSERT_TRUE(answer.ok());
      EXPECT_EQ(answer->created, answers.front()->created);
      EXPECT_EQ(answer->state.claims.entry.value, ++place);
    }
    EXPECT_EQ(behind->state.claims.entry.value, ++place) << "a gap or a double";
  }
};

}  // namespace

TEST_F(JoiningFaults, AKillInTheMiddleOfAnyStatementLeavesNoGapNoDoubleAndTheOrder) {
  int kills = 0;
  for (const Side side : {Side::kBeforeTheServer, Side::kBeforeTheAnswer}) {
    for (int statement = 1;; ++statement) {
      SCOPED_TRACE("statement " + std::to_string(statement));
      const ConcertId concert = new_line(here_.database, 3);
      here_.join(concert, new_users(1));
      const auto users = new_users(kUsers);
      if (!kill_at(statement, side, concert, users)) break;
      ++kills;
      expect_whole(concert, users);
    }
  }
  EXPECT_GT(kills, 30) << "a batch has more statements than this";
}

TEST_F(JoiningFaults, WithoutMemcachedABatchStandsInOrderAllTheSame) {
  const ConcertId concert = new_line(here_.database, 3);
  server_.kill_now();
  std::int64_t place = 0;
  for (int batch = 0; batch < 3; ++batch) {
    for (const auto& answer : here_.join(concert, new_users(kUsers))) {
      ASSERT_TRUE(answer.ok());
      EXPECT_EQ(answer->state.claims.entry.value, ++place);
      EXPECT_EQ(answer->state.status, place <= 3 ? TokenStatus::kActive : TokenStatus::kWaiting);
    }
  }
}

TEST_F(JoiningFaults, ABatchThatLostItsConnectionInItsTransactionIsBegunAnew) {
  const ConcertId concert = new_line(here_.database, 1);
  here_.join(concert, new_users(1));
  const auto users = new_users(kUsers);
  LineProcess there(server_);
  std::vector<Outcome<line::Joined>> answers;
  std::thread other;
  db::transact(here_.database, [&](db::Transaction& transaction) {
    transaction.execute("UPDATE queue_counters SET last_place = last_place WHERE concert_id = ?",
                        concert);
    other = std::thread([&] { answers = there.join(concert, users); });
    db::Connection killer(database_config());
    const std::int64_t session =
        session_that_runs(killer, "UPDATE queue_counters SET last_place = LAST_INSERT_ID");
    EXPECT_NE(session, 0);
    const std::string kill_it = "KILL " + std::to_string(session);
    killer.execute(kill_it.c_str());
    return true;
  });
  other.join();
  ASSERT_EQ(answers.size(), kUsers);
  std::int64_t place = 1;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.ok());
    EXPECT_TRUE(answer->created);
    EXPECT_EQ(answer->state.claims.entry.value, ++place);
  }
}

// At the counter the batch is lost with its connection, behind the COMMIT it is there for good.
TEST_F(JoiningFaults, ARestartOfTheDatabaseInTheMiddleOfABatchLeavesAllOfItOrNothing) {
  for (const bool is_committed : {false, true}) {
    SCOPED_TRACE(is_committed);
    const ConcertId concert = new_line(here_.database, 1);
    here_.join(concert, new_users(1));
    const auto users = new_users(kUsers);
    DatabaseProxy proxy(database_config());
    LineProcess there(server_, proxy.config());
    EXPECT_TRUE(there.database.ping());
    std::vector<Outcome<line::Joined>> answers;
    if (is_committed) {
      proxy.on_next_commit(DatabaseProxy::OnCommit::kCutAfter);
      answers = there.join(concert, users);
      installation().kill_part("mariadb");
    } else {
      std::thread other;
      db::transact(here_.database, [&](db::Transaction& transaction) {
        transaction.execute(
            "UPDATE queue_counters SET last_place = last_place"
            " WHERE concert_id = ?",
            concert);
        other = std::thread([&] { answers = there.join(concert, users); });
        db::Connection observer(database_config());
        EXPECT_TRUE(runs(observer, "UPDATE queue_counters SET last_place = LAST_INSERT_ID"));
        installation().kill_part("mariadb");
        return true;
      });
      other.join();
    }
    installation().up();
    ASSERT_EQ(answers.size(), kUsers);
    for (const auto& answer : answers) {
      ASSERT_FALSE(answer.ok());
      EXPECT_EQ(answer.error().refusal, Refusal::kUnavailable);
    }
    EXPECT_EQ(text_of(here_.database, "SELECT last_place FROM queue_counters WHERE concert_id = ?",
                      concert),
              is_committed ? std::to_string(1 + kUsers) : "1");
    expect_whole(concert, users);
  }
}

}  // namespace stagedoor
