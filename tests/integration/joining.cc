// Joins in batches: one transaction for all, and an answer for each.
#include "line/joining.h"

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "integration/line_fixture.h"
#include "line/token_rows.h"

namespace stagedoor {
namespace {

using line::Joined;

class Joining : public Lines {
 protected:
  // Ends a token in its row alone, as a process does that dies before it tells.
  void end_quietly(const Joined& joined, EndReason reason) {
    db::transact(here_.database, [&](db::Transaction& transaction) {
      line::lock_token(transaction, joined.state.claims.token_id);
      line::end_token_row(transaction, joined.state.claims.token_id, reason, transaction.now());
      transaction.commit();
      return true;
    });
  }

  std::string admissions(ConcertId concert) {
    return text_of(here_.database, "SELECT COUNT(*) FROM admissions WHERE concert_id = ?", concert);
  }
  std::string tokens(ConcertId concert) {
    return text_of(here_.database, "SELECT COUNT(*) FROM queue_tokens WHERE concert_id = ?",
                   concert);
  }
};

// Each is the next one in line.
void expect_in_order(const std::vector<Outcome<Joined>>& answers, std::int64_t place = 0) {
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.ok());
    EXPECT_TRUE(answer->created);
    EXPECT_EQ(answer->state.claims.entry.value, ++place);
  }
}

}  // namespace

TEST_F(Joining, InABatchGivesPlacesInTheOrderOfTheRequests) {
  const ConcertId concert = new_line(here_.database, 1);
  const auto users = new_users(64);
  const auto answers = here_.join(concert, users);
  ASSERT_EQ(answers.size(), 64U);
  expect_in_order(answers);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i]->state.claims.user_id, users[i]);
    EXPECT_EQ(answers[i]->state.status, i == 0 ? TokenStatus::kActive : TokenStatus::kWaiting);
    EXPECT_EQ(answers[i]->state.position, static_cast<std::int64_t>(i));
  }
}

TEST_F(Joining, InABatchFillsTheRoomWithOneAdvance) {
  const ConcertId concert = new_line(here_.database, 10);
  expect_in_order(here_.join(concert, new_users(20)));
  EXPECT_EQ(admissions(concert), "1");
  EXPECT_EQ(text_of(here_.database,
                    "SELECT COUNT(*) FROM queue_tokens WHERE concert_id = ?"
                    " AND status = 'ACTIVE' AND claimed_at IS NOT NULL AND place <= 10",
                    concert),
            "10")
      << "who is told ACTIVE has shown up";
  here_.join(concert, new_users(20));
  EXPECT_EQ(admissions(concert), "1");
}

TEST_F(Joining, MoreThanOneStatementHoldsIsStillInOrder) {
  const ConcertId concert = new_line(here_.database, 1);
  expect_in_order(here_.join(concert, new_users(200)));
}

TEST_F(Joining, OneUserSixtyTimesInOneBatchHasOnePlace) {
  const ConcertId concert = new_line(here_.database, 1);
  here_.join(concert, new_users(1));
  const auto answers = here_.join(concert, std::vector<UserId>(60, UserId::make()));
  ASSERT_EQ(answers.size(), 60U);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(answers[i].ok());
    EXPECT_EQ(answers[i]->created, i == 0);
    EXPECT_EQ(answers[i]->state.claims.token_id, answers[0]->state.claims.token_id);
    EXPECT_EQ(answers[i]->state.position, 1);
  }
  EXPECT_EQ(tokens(concert), "2");
}

TEST_F(Joining, OfAUserWhoStandsInLineFindsThatPlace) {
  const ConcertId concert = new_line(here_.database, 1);
  auto users = new_users(10);
  const auto first = here_.join(concert, {users[2], users[7]});
  const auto answers = here_.join(concert, users);
  std::int64_t place = 2;
  for (std::size_t i = 0; i < users.size(); ++i) {
    ASSERT_TRUE(answers[i].ok());
    const bool was_there = i == 2 || i == 7;
    EXPECT_EQ(answers[i]->created, !was_there);
    const std::int64_t expected = i == 2 ? 1 : i == 7 ? 2 : ++place;
    EXPECT_EQ(answers[i]->state.claims.entry.value, expected);
  }
}

TEST_F(Joining, OfSeveralConcertsAnUnknownOneTouchesOnlyItsOwn) {
  const ConcertId one = new_line(here_.database, 5);
  const ConcertId two = new_line(here_.database, 1);
  constexpr ConcertId kUnknown{8'999'999'999};
  const auto users = new_users(3);
  const auto answers = line::join_queue(
      here_.stores, std::vector<line::JoinRequest>{
                        {users[0], two}, {users[0], kUnknown}, {users[1], one}, {users[2], two}});
  ASSERT_EQ(answers.size(), 4U);
  ASSERT_FALSE(answers[1].ok());
  EXPECT_EQ(answers[1].error().refusal, Refusal::kNotFound);
  EXPECT_EQ(answers[0]->state.status, TokenStatus::kActive);
  EXPECT_EQ(answers[2]->state.status, TokenStatus::kActive);
  EXPECT_EQ(answers[3]->state.position, 1);
}

TEST_F(Joining, AFailureInOneLineIsTheAnswerToItsJoinsAlone) {
  const ConcertId stuck = new_line(here_.database, 5);
  const ConcertId other = new_line(here_.database, 1);
  const auto users = new_users(4);
  LineProcess there(server_);
  there.database.execute("SET SESSION innodb_lock_wait_timeout = 1");
  const std::vector<line::JoinRequest> joins = {
      {users[0], other}, {users[1], stuck}, {users[2], other}, {users[3], stuck}};
  std::vector<Outcome<Joined>> answers;
  db::transact(here_.database, [&](db::Transaction& transaction) {
    transaction.execute("UPDATE queue_counters SET last_place = last_place WHERE concert_id = ?",
                        stuck);
    answers = line::join_queue(there.stores, joins);
    return true;
  });
  ASSERT_EQ(answers.size(), joins.size());
  expect_in_order({answers[0], answers[2]});
  for (const std::size_t failed : {1U, 3U}) {
    ASSERT_FALSE(answers[failed].ok());
    EXPECT_EQ(answers[failed].error().refusal, Refusal::kUnavailable);
  }
  expect_in_order(here_.join(stuck, {users[1], users[3]}));
}

TEST_F(Joining, AConflictWithAnotherProcessTouchesOnlyItsUser) {
  const ConcertId concert = new_line(here_.database, 1);
  const auto users = new_users(8);
  here_.join(concert, new_users(1));
  LineProcess there(server_);
  // The other one has looked for the users when it waits for the counter.
  std::vector<Outcome<Joined>> answers;
  std::thread other;
  db::transact(here_.database, [&](db::Transaction& transaction) {
    transaction.execute(
        "UPDATE queue_counters SET last_place = last_place + 1 WHERE concert_id = ?", concert);
    other = std::thread([&] { answers = there.join(concert, users); });
    db::Connection watcher(database_config());
    EXPECT_TRUE(runs(watcher, "UPDATE queue_counters SET last_place = LAST_INSERT_ID"));
    transaction.execute(
        "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at)"
        " VALUES (?, ?, ?, 2, 'WAITING', TRUE, SYSDATE(6))",
        TokenId::make(), concert, users[3]);
    transaction.commit();
    return true;
  });
  other.join();
  ASSERT_EQ(answers.size(), users.size());
  std::int64_t place = 2;
  for (std::size_t i = 0; i < users.size(); ++i) {
    ASSERT_TRUE(answers[i].ok());
    EXPECT_EQ(answers[i]->created, i != 3);
    EXPECT_EQ(answers[i]->state.claims.entry.value, i == 3 ? 2 : ++place);
  }
}

TEST_F(Joining, EightProcessesAtOnceGiveEachUserOnePlaceAndLeaveNoGap) {
  constexpr std::size_t kProcesses = 8;
  constexpr std::size_t kBatches = 30;
  const ConcertId concert = new_line(here_.database, 50);
  const auto users = new_users(300);
  std::atomic<std::int64_t> created{0};
  testing::parallel(kProcesses, kProcesses, [&](std::size_t process) {
    LineProcess there(server_);
    std::mt19937 random(static_cast<std::uint32_t>(process));
    for (std::size_t batch = 0; batch < kBatches; ++batch) {
      std::vector<UserId> chosen;
      for (int i = 0; i < 20; ++i) chosen.push_back(users[random() % users.size()]);
      std::int64_t last_place = 0;
      for (const auto& answer : there.join(concert, chosen)) {
        if (!answer->created) continue;
        ++created;
        EXPECT_GT(answer->state.claims.entry.value, last_place) << "out of order within a batch";
        last_place = answer->state.claims.entry.value;
      }
    }
    return true;
  });
  const std::string count = std::to_string(created);
  EXPECT_EQ(tokens(concert), count) << "one for each who was told so";
  EXPECT_EQ(
      text_of(here_.database, "SELECT MAX(place) FROM queue_tokens WHERE concert_id = ?", concert),
      count);
  EXPECT_EQ(
      text_of(here_.database,
              "SELECT COUNT(DISTINCT user_id) FROM queue_tokens WHERE concert_id = ?", concert),
      count);
  EXPECT_EQ(text_of(here_.database, "SELECT active FROM queues WHERE concert_id = ?", concert),
            "50");
}

TEST_F(Joining, LetsInAtOnceWhenTheOnlyOneWhoWaitedHasJustLeft) {
  const ConcertId concert = new_line(here_.database, 1);
  const auto before = here_.join(concert, new_users(2));
  ASSERT_EQ(before[1]->state.position, 1);
  end_quietly(*before[0], EndReason::kLeft);
  end_quietly(*before[1], EndReason::kLeft);
  const auto answer = here_.join(concert, new_users(1)).front();
  EXPECT_EQ(answer->state.status, TokenStatus::kActive);
}

TEST_F(Joining, WaitsBehindOthersAlthoughAPlaceIsFree) {
  const ConcertId concert = new_line(here_.database, 1);
  const auto before = here_.join(concert, new_users(3));
  end_quietly(*before[0], EndReason::kLeft);
  const auto answer = here_.join(concert, new_users(1)).front();
  EXPECT_EQ(answer->state.status, TokenStatus::kWaiting);
  EXPECT_EQ(answer->state.position, 3);
}

TEST_F(Joining, AfterATokenHasLapsedStandsAtTheBackAndFreesItsPlaceOnce) {
  const ConcertId concert = new_line(here_.database, 1);
  const auto users = new_users(3);
  const auto before = here_.join(concert, users);
  here_.database.execute(
      "UPDATE queue_tokens SET active_until = SYSDATE(6), ends_at = SYSDATE(6) WHERE token_id = ?",
      before[0]->state.claims.token_id);
  const auto again = here_.join(concert, {users[0]}).front();
  EXPECT_TRUE(again->created);
  EXPECT_EQ(again->state.claims.entry.value, 4);
  const auto line = line::advance_line(here_.database, here_.memcached, concert);
  EXPECT_EQ(line->active, 1);
  EXPECT_EQ(line->front_place.value, 2);
}

TEST_F(Joining, DoesNotEndATokenThatAHoldHasJustStretched) {
  const ConcertId concert = new_line(here_.database, 1);
  const auto users = new_users(1);
  const TokenId token = here_.join(concert, users).front()->state.claims.token_id;
  here_.database.execute(
      "UPDATE queue_tokens SET active_until = SYSDATE(6), ends_at = SYSDATE(6) WHERE token_id = ?",
      token);
  LineProcess there(server_);
  std::vector<Outcome<Joined>> answers;
  std::thread other;
  db::transact(here_.database, [&](db::Transaction& transaction) {
    line::lock_token(transaction, token);
    other = std::thread([&] { answers = there.join(concert, users); });
    db::Connection watcher(database_config());
    EXPECT_TRUE(runs(watcher, "SELECT status, admitted_at"));
    transaction.execute(
        "UPDATE queue_tokens SET active_until = SYSDATE(6) + INTERVAL 1 HOUR,"
        " ends_at = SYSDATE(6) + INTERVAL 1 HOUR WHERE token_id = ?",
        token);
    transaction.commit();
    return true;
  });
  other.join();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_FALSE(answers[0]->created);
  EXPECT_EQ(answers[0]->state.claims.token_id, token);
  EXPECT_EQ(answers[0]->state.status, TokenStatus::kActive);
}

}  // namespace stagedoor
