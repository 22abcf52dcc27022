// The control of the races for a seat: the same statements without the lock do oversell, so that a
// test in which nothing is oversold proves something. With the lock they do not.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "db/transaction.h"
#include "support/seats.h"

using namespace stagedoor::testing;
namespace db = stagedoor::db;

namespace {

constexpr std::size_t kConnections = 16;
constexpr std::int64_t kSeats = 50;

#define SEAT_COLUMNS                                                      \
  "SELECT number, section, grade, price, status, held_until, SYSDATE(6) " \
  "FROM seats WHERE date_id = ? AND number IN (?) ORDER BY number"
constexpr const char* kLookAtSeat = SEAT_COLUMNS;
constexpr const char* kLockSeat = SEAT_COLUMNS " FOR UPDATE";
#undef SEAT_COLUMNS

constexpr const char* kHoldSeat =
    "UPDATE seats SET status = 'HELD', reservation_id = ?, held_until = ?"
    " WHERE date_id = ? AND number IN (?)";
constexpr const char* kInsertReservation =
    "INSERT INTO reservations (reservation_id, user_id, concert_id, date_id, token_id, status,"
    " open, seat_count, amount, user_seats, user_seats_max, held_until, created_at)"
    " VALUES (?, ?, ?, ?, ?, 'HELD', TRUE, 1, ?, 1, 4, ?, ?)";
constexpr const char* kInsertReservedSeat =
    "INSERT INTO reservation_seats (reservation_id, number, section, grade, price)"
    " SELECT ?, number, section, grade, price FROM seats WHERE date_id = ? AND number IN (?)";

struct Target {
  std::int64_t concert_id;
  std::int64_t date_id;
  std::int64_t number;
};

// True when the seat looked free and is held now.
bool take(db::Connection& connection, const Target& target, const char* select_seat) {
  return db::transact(connection, [&](db::Transaction& transaction) {
    std::int64_t number = 0;
    std::optional<std::string> section;
    std::string grade;
    stagedoor::Money price;
    std::string status;
    std::optional<stagedoor::Time> held_until;
    stagedoor::Time now;
    transaction.query(select_seat, target.date_id, target.number)
        .read_first(number, section, grade, price, status, held_until, now);
    if (status == "HELD" && *held_until > now) return false;
    const auto id = stagedoor::ReservationId::make();
    const stagedoor::Time until = now + std::chrono::seconds(300);
    transaction.execute(kHoldSeat, id, until, target.date_id, target.number);
    transaction.execute(kInsertReservation, id, stagedoor::UserId::make(), target.concert_id,
                        target.date_id, stagedoor::TokenId::make(), price, until, now);
    transaction.execute(kInsertReservedSeat, id, target.date_id, target.number);
    transaction.commit();
    return true;
  });
}

class Control : public ::testing::Test {
 protected:
  void SetUp() override {
    const Installation& installation = Installation::shared();
    for (std::size_t i = 0; i < kConnections; ++i) {
      connections_.push_back(std::make_unique<db::Connection>(
          stagedoor::DatabaseConfig{.host = "localhost",
                                    .unix_socket = installation.home() / "run/mariadb.sock",
                                    .user = "stagedoor",
                                    .password = installation.secret("db_password"),
                                    .schema = "stagedoor"}));
      ASSERT_TRUE(connections_.back()->ping());
    }
  }

  // Every connection reaches for every seat; returns how many believe to hold each.
  std::vector<std::int64_t> race(const Json& concert, const char* select_seat) {
    std::vector<std::int64_t> owners;
    for (std::int64_t number = 1; number <= kSeats; ++number) {
      const Target target{concert["concert_id"].integer(), date_of(concert), number};
      const auto took = parallel(kConnections, kConnections, [&](std::size_t i) {
        return take(*connections_[i], target, select_seat) ? 1 : 0;
      });
      owners.push_back(std::count(took.begin(), took.end(), 1));
    }
    return owners;
  }

 private:
  std::vector<std::unique_ptr<db::Connection>> connections_;
};

void forget_holds(const Json& concert) {
  Installation::shared().query(
      "UPDATE seats SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL"
      " WHERE date_id = " +
      std::to_string(date_of(concert)) +
      ";DELETE rs FROM reservation_seats rs JOIN reservations r"
      " ON r.reservation_id = rs.reservation_id WHERE r.concert_id = " +
      id_of(concert) + ";DELETE FROM reservations WHERE concert_id = " + id_of(concert));
}

}  // namespace

TEST_F(Control, WithoutTheLockTheSameRaceOversellsAndTheAuditSeesIt) {
  const Json concert = create_concert(hall(kSeats));
  const std::vector<std::int64_t> owners = race(concert, kLookAtSeat);
  const auto oversold =
      std::count_if(owners.begin(), owners.end(), [](std::int64_t count) { return count > 1; });
  EXPECT_GT(oversold, 0) << "the race is no race";
  std::cout << "without the lock " << oversold << " of " << kSeats << " seats are oversold\n";
  const CommandResult audit = Installation::shared().run({"audit"});
  EXPECT_NE(audit.exit_code, 0) << audit.out;
  EXPECT_NE(audit.out.find("VIOLATED  seats: a live hold holds all of its seats"),
            std::string::npos)
      << audit.out;
  forget_holds(concert);
}

TEST_F(Control, WithTheLockTheSameRaceGivesEachSeatOneOwner) {
  const Json concert = create_concert(hall(kSeats));
  const std::vector<std::int64_t> owners = race(concert, kLockSeat);
  EXPECT_EQ(owners, std::vector<std::int64_t>(kSeats, 1));
  expect_whole(concert);
  forget_holds(concert);
}
