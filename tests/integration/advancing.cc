// What an advance counts, records and tells.
#include <thread>

#include "integration/line_fixture.h"
#include "line/ending.h"
#include "line/publication.h"
#include "money/ledger.h"
#include "money/payments.h"
#include "sale/reservations.h"

namespace stagedoor {
namespace {

using namespace std::chrono_literals;

class Advancing : public Lines {
 protected:
  LineSnapshot advance(ConcertId concert) {
    return *line::advance_line(here_.database, here_.memcached, concert);
  }

  void let_wait(ConcertId concert, std::size_t count) {
    for (; count > 0; count -= std::min<std::size_t>(count, 500)) {
      here_.join(concert, new_users(std::min<std::size_t>(count, 500)));
    }
  }

  void set_max_active(ConcertId concert, std::int64_t count) {
    here_.database.execute("UPDATE concerts SET max_active = ? WHERE concert_id = ?", count,
                           concert);
  }
};

}  // namespace

TEST_F(Advancing, RecordsTheTimeAtWhichItHadLockedWhomItLetIn) {
  const ConcertId concert = new_line(here_.database, 100, 60);
  const auto first = here_.join(concert, new_users(10));
  here_.database.execute(
      "UPDATE queues SET credited_at = credited_at - INTERVAL 1 MINUTE"
      " WHERE concert_id = ?",
      concert);
  here_.database.execute(
      "UPDATE admissions SET admitted_at = admitted_at - INTERVAL 1 MINUTE"
      " WHERE concert_id = ?",
      concert);
  LineProcess there(server_);
  std::thread stalled;
  Time released_at;
  db::transact(here_.database, [&](db::Transaction& transaction) {
    line::lock_token(transaction, first[2]->state.claims.token_id);
    stalled =
        std::thread([&] { (void)line::advance_line(there.database, there.memcached, concert); });
    db::Connection watcher(database_config());
    EXPECT_TRUE(runs(watcher, "SELECT place FROM queue_tokens FORCE INDEX"));
    released_at = transaction.now();
    return true;
  });
  stalled.join();
  Time recorded_at;
  Time charged_at;
  std::int64_t admitted = 0;
  std::int64_t per_minute = 0;
  here_.database
      .query(
          "SELECT a.admitted_at, q.credited_at, a.admitted, a.admit_per_minute FROM admissions a"
          " JOIN queues q ON q.concert_id = a.concert_id WHERE a.concert_id = ?"
          " ORDER BY a.admission DESC LIMIT 1",
          concert)
      .read_first(recorded_at, charged_at, admitted, per_minute);
  EXPECT_GE(recorded_at, released_at);
  EXPECT_EQ(charged_at, recorded_at);
  EXPECT_EQ(admitted, 2);
  EXPECT_EQ(per_minute, 60);
}

TEST_F(Advancing, CountsTheActiveByWhatEnds) {
  const ConcertId concert = new_line(here_.database, 30);
  const auto inside = here_.join(concert, new_users(40));
  EXPECT_EQ(advance(concert).active, 30);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(sale::end_token(here_.stores, inside[i]->state.claims.token_id, EndReason::kLeft));
  }
  EXPECT_TRUE(sale::end_token(here_.stores, inside[39]->state.claims.token_id, EndReason::kLeft));
  set_max_active(concert, 20);
  EXPECT_EQ(advance(concert).active, 30) << "five were let in for those who left";
  here_.database.execute(
      "UPDATE queue_tokens SET active_until = SYSDATE(6), ends_at = SYSDATE(6)"
      " WHERE concert_id = ? AND status = 'ACTIVE' AND place <= 25",
      concert);
  const LineSnapshot line = advance(concert);
  EXPECT_EQ(line.active, 14) << "20 let in, 10 and then 25 gone";
  EXPECT_EQ(line.waiting(), 0);
}

TEST_F(Advancing, APaymentEndsItsTokenAndLetsTheNextOneIn) {
  const ConcertId concert = new_line(here_.database, 1);
  const auto users = new_users(2);
  const QueueTokenClaims claims = here_.join(concert, users).front()->state.claims;
  const DateId date = sale::list_dates(here_.database, concert, false, Time{})->front().id;
  const std::string print(32, 'f');
  EXPECT_TRUE(money::charge(here_.database, users[0], Money{1'000}, {"charge", "a key", print},
                            [](const money::Charge&) { return "charged"; }));
  ReservationId reservation;
  EXPECT_TRUE(sale::reserve_seats(here_.stores, {users[0], claims, date, {.numbers = {2}}, {}},
                                  [&](const Reservation& held) {
                                    reservation = held.id;
                                    return "held";
                                  }));
  EXPECT_TRUE(money::pay(here_.stores, {users[0], claims, reservation, {"pay", "a key", print}},
                         [](const Payment&) { return "paid"; }));
  EXPECT_TRUE(testing::eventually(5s, [&] {
    line::try_refill(here_.stores, concert);
    return text_of(here_.database, "SELECT front_place FROM queues WHERE concert_id = ?",
                   concert) == "2";
  }));
  EXPECT_EQ(advance(concert).active, 1);
}

TEST_F(Advancing, AFreedPlaceIsFilledByTheProcessThatFreesIt) {
  const ConcertId concert = new_line(here_.database, 1);
  const auto joined = here_.join(concert, new_users(2));
  db::transact(here_.database, [&](db::Transaction& transaction) {
    const TokenId token = joined[0]->state.claims.token_id;
    line::lock_token(transaction, token);
    line::end_token_row(transaction, token, EndReason::kPaid, transaction.now());
    transaction.commit();
    return true;
  });
  EXPECT_TRUE(testing::eventually(5s, [&] {
    line::try_refill(here_.stores, concert);
    return text_of(here_.database, "SELECT front_place FROM queues WHERE concert_id = ?",
                   concert) == "2";
  }));
}

TEST_F(Advancing, FillsAMassOfLapsedPlacesWithoutWaitingForTheNextAdvance) {
  constexpr std::int64_t kPlaces = 9'000;
  const ConcertId concert = new_line(here_.database, kPlaces);
  let_wait(concert, 2 * kPlaces);
  EXPECT_EQ(advance(concert).active, kPlaces);
  here_.database.execute(
      "UPDATE queue_tokens SET active_until = SYSDATE(6), ends_at = SYSDATE(6)"
      " WHERE concert_id = ? AND status = 'ACTIVE'",
      concert);
  const auto line =
      line::advance_line(here_.database, here_.memcached, concert, {}, std::chrono::minutes{5});
  EXPECT_EQ(line->front_place.value, 2 * kPlaces);
  EXPECT_EQ(line->active, kPlaces);
  EXPECT_EQ(line->waiting(), 0);
}

TEST_F(Advancing, ReadsNeitherThoseWhoAreInsideNorThePlacesBehindTheFront) {
  const ConcertId concert = new_line(here_.database, 2'000);
  let_wait(concert, 2'001);
  set_max_active(concert, 2'001);
  const auto reads = [&] {
    std::string name;
    std::int64_t count = 0;
    here_.database.query("SHOW SESSION STATUS LIKE 'Handler_read_next'").read_first(name, count);
    return count;
  };
  const std::int64_t before = reads();
  EXPECT_EQ(advance(concert).front_place.value, 2'001);
  here_.join(concert, new_users(1));
  EXPECT_LT(reads() - before, 500) << "it walked the whole line";
}

TEST_F(Advancing, AChangeThatWasKilledIsForgottenAfterASecond) {
  const ConcertId concert = new_line(here_.database, 1);
  const Time now = here_.database.estimated_now();
  const auto changing_at = [&](Time at) {
    return line::is_line_changing(here_.memcached.get(line::line_changes_keys(concert, at)));
  };
  EXPECT_FALSE(changing_at(now));
  // A process that is killed does not come to the end of the scope.
  static const auto* const killed = new line::LineChange(here_.memcached, here_.database, concert);
  EXPECT_NE(killed, nullptr);
  EXPECT_TRUE(changing_at(now));
  EXPECT_FALSE(changing_at(here_.database.estimated_now() + 1s));
}

TEST_F(Advancing, ChangesAreOverWhenTheLastOfMoreThanTenIs) {
  const ConcertId concert = new_line(here_.database, 1);
  std::vector<std::unique_ptr<line::LineChange>> changes;
  for (int i = 0; i < 12; ++i) {
    changes.push_back(std::make_unique<line::LineChange>(here_.memcached, here_.database, concert));
  }
  const auto keys = line::line_changes_keys(concert, here_.database.estimated_now());
  EXPECT_TRUE(line::is_line_changing(here_.memcached.get(keys)));
  changes.clear();
  EXPECT_FALSE(line::is_line_changing(here_.memcached.get(keys)));
}

TEST_F(Advancing, ASnapshotFromAClockThatHasStepBackSinceIsReplacedAtOnce) {
  const ConcertId concert = new_line(here_.database, 1);
  LineSnapshot ahead = advance(concert);
  ahead.at += 30s;
  ahead.version += 1;
  here_.database.execute("UPDATE queues SET snapshot = ?, version = ? WHERE concert_id = ?",
                         ahead.encode(), ahead.version, concert);
  line::publish_line(here_.memcached, here_.database, concert, ahead);
  LineProcess there(server_);
  const auto seen = there.lines.look(concert);
  EXPECT_GT(seen->line->version, ahead.version);
  EXPECT_LT(seen->line->at, ahead.at);
}

}  // namespace stagedoor
