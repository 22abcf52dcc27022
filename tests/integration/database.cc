#include "integration/database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>

#include "db/columns.h"
#include "db/transaction.h"
#include "sale/concert_rules.h"

namespace stagedoor {

std::string new_name() {
  static std::atomic<int> count{0};
  return "test-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

bool is_marked(const std::string& name) {
  db::Connection fresh(database_config());
  int count = 0;
  fresh.query(kCountMark, name).read_first(count);
  return count == 1;
}

namespace {

class Database : public ::testing::Test {
 protected:
  db::Connection database_{database_config()};
};

constexpr const char* kInsertUser =
    "INSERT INTO users (user_id, name, created_at) VALUES (?, ?, ?)";
constexpr const char* kSelectUser =
    "SELECT user_id, name, created_at, email, balance FROM users WHERE user_id = ?";

struct Chair {
  int number = 0;
  SeatStatus status = SeatStatus::kAvailable;
};
struct Guest {
  std::string name;
  Chair seat;
  std::optional<Chair> companion;
};
const db::Columns<Chair> kChairColumns = {{"number", &Chair::number}, {"status", &Chair::status}};
const db::Columns<Guest> kGuestColumns = {{"a.name", &Guest::name},
                                          {&Guest::seat, kChairColumns.of("a")},
                                          {&Guest::companion, kChairColumns.of("b")}};
constexpr const char* kTwoGuests =
    "FROM (SELECT 'Ada' AS name, 7 AS number, 'HELD' AS status UNION SELECT 'Bo', 9, 'SOLD') AS a"
    " LEFT JOIN (SELECT 8 AS number, 'SOLD' AS status) AS b ON a.number = 7 ORDER BY a.name";

}  // namespace

TEST_F(Database, ReadsEveryTypeBack) {
  const Time time = *parse_sql("2026-11-21 19:30:00.123456");
  bool yes = false;
  bool no = true;
  int small = 0;
  std::int64_t least = 0;
  std::int64_t most = 0;
  Time read_time;
  std::string text;
  ConcertId concert_id;
  ASSERT_TRUE(database_
                  .query("SELECT ?, ?, CAST(? AS SIGNED), CAST(? AS SIGNED), CAST(? AS SIGNED),"
                         " CAST(? AS DATETIME(6)), ?, CAST(? AS SIGNED)",
                         true, false, -7, std::numeric_limits<std::int64_t>::min(),
                         std::numeric_limits<std::int64_t>::max(), time, "it's \"text\" \\ %",
                         ConcertId{42})
                  .read_first(yes, no, small, least, most, read_time, text, concert_id));
  EXPECT_TRUE(yes);
  EXPECT_FALSE(no);
  EXPECT_EQ(small, -7);
  EXPECT_EQ(least, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(most, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read_time, time);
  EXPECT_EQ(text, "it's \"text\" \\ %");
  EXPECT_EQ(concert_id, ConcertId{42});
}

TEST_F(Database, TellsNullFromNothing) {
  std::optional<std::string> null_text = "before";
  std::optional<std::string> empty_text;
  std::optional<std::int64_t> null_number = 1;
  std::optional<std::int64_t> zero;
  std::optional<Time> null_time = Time{};
  std::optional<UserId> null_id = UserId{};
  ASSERT_TRUE(database_
                  .query("SELECT ?, ?, ?, ?, ?, ?", nullptr, "", std::optional<std::int64_t>{},
                         std::optional<std::int64_t>{0}, std::optional<Time>{},
                         std::optional<UserId>{})
                  .read_first(null_text, empty_text, null_number, zero, null_time, null_id));
  EXPECT_EQ(null_text, std::nullopt);
  EXPECT_EQ(empty_text, "");
  EXPECT_EQ(null_number, std::nullopt);
  EXPECT_EQ(zero, 0);
  EXPECT_EQ(null_time, std::nullopt);
  EXPECT_EQ(null_id, std::nullopt);
}

TEST_F(Database, ReadsColumnsIntoTheMembersThatStandBesideThem) {
  const db::Select<Guest> select(kGuestColumns, kTwoGuests);
  const auto guests = select.all(database_);
  ASSERT_EQ(guests.size(), 2U);
  EXPECT_EQ(guests[0].name, "Ada");
  EXPECT_EQ(guests[0].seat.number, 7);
  EXPECT_EQ(guests[0].seat.status, SeatStatus::kHeld);
  ASSERT_TRUE(guests[0].companion);
  EXPECT_EQ(guests[0].companion->number, 8);
  EXPECT_EQ(guests[0].companion->status, SeatStatus::kSold);
  EXPECT_FALSE(guests[1].companion) << "its first column is NULL";
  EXPECT_EQ(guests[1].seat.number, 9);
  EXPECT_EQ(select.first(database_)->name, "Ada");
}

TEST_F(Database, StopsAtTheRowThatIsTheLastOneWanted) {
  const db::Select<Guest> select(kGuestColumns, kTwoGuests);
  std::string names;
  select.each([&](const Guest& guest) { return (names += guest.name).empty(); }, database_);
  EXPECT_EQ(names, "Ada");
  names.clear();
  select.each([&](const Guest& guest) { return !(names += guest.name).empty(); }, database_);
  EXPECT_EQ(names, "AdaBo");
}

TEST_F(Database, HasNoFirstRowWhereThereIsNone) {
  int number = 7;
  EXPECT_FALSE(database_.query("SELECT 1 FROM digits WHERE digit > 9").read_first(number));
  EXPECT_EQ(number, 7);
}

TEST_F(Database, ReadsRowsInTheirOrder) {
  std::vector<int> digits;
  for (db::Rows rows = database_.query("SELECT digit FROM digits ORDER BY digit"); rows.next();) {
    rows.read(digits.emplace_back());
  }
  EXPECT_EQ(digits, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(Database, KeepsIdsOfAnyBytes) {
  for (const std::string& bytes :
       {std::string(16, '\0'), std::string(16, '\xff'), std::string(16, '\\'),
        std::string(16, '\''), std::string(15, 'x') + " ",
        std::string(15, 'x') + std::string(1, '\0'),
        std::string("\x00\x01\x1a\n\r\"\\'\x80\xc3\xa4\xed\xa0\x80\xfe\xff", 16)}) {
    const UserId id = UserId::from_bytes(bytes);
    database_.execute("DELETE FROM users WHERE user_id = ?", id);
    ASSERT_TRUE(database_.insert(kInsertUser, id, nullptr, Time{}));
    UserId read;
    ASSERT_TRUE(
        database_.query("SELECT user_id FROM users WHERE user_id = ?", id).read_first(read));
    EXPECT_EQ(read, id) << id.text();
    database_.execute("DELETE FROM users WHERE user_id = ?", id);
  }
}

TEST_F(Database, KeepsTextOfAnyLanguageAndMicroseconds) {
  const UserId id = UserId::make();
  const std::string name = "\xec\x84\x9c\xec\x9a\xb8 \xf0\x9f\x8e\xbb \xc3\xa4\xc3\x9f";
  const Time created_at = *parse_sql("2026-11-21 19:30:00.000001");
  ASSERT_TRUE(database_.insert(kInsertUser, id, name, created_at));
  UserId read_id;
  std::optional<std::string> read_name;
  std::optional<std::string> email = "before";
  Time read_created_at;
  Money balance{1};
  ASSERT_TRUE(database_.query(kSelectUser, id)
                  .read_first(read_id, read_name, read_created_at, email, balance));
  EXPECT_EQ(read_id, id);
  EXPECT_EQ(read_name, name);
  EXPECT_EQ(read_created_at, created_at);
  EXPECT_EQ(email, std::nullopt);
  EXPECT_EQ(balance, Money{0});
}

TEST_F(Database, CountsTheRowsThatMatchedAndNotOnlyThoseThatChanged) {
  const UserId id = UserId::make();
  ASSERT_TRUE(database_.insert(kInsertUser, id, "same", Time{}));
  EXPECT_EQ(database_.execute("UPDATE users SET name = 'same' WHERE user_id = ?", id), 1);
  EXPECT_EQ(database_.execute("UPDATE users SET name = 'x' WHERE user_id = ?", UserId::make()), 0);
}

TEST_F(Database, SaysNoToARowThatAUniqueKeyRefuses) {
  const std::string name = new_name();
  EXPECT_TRUE(database_.insert(kInsertMark, name));
  EXPECT_FALSE(database_.insert(kInsertMark, name));
}

TEST_F(Database, RefusesToBendAValueIntoItsColumn) {
  EXPECT_THROW(database_.insert(kInsertUser, UserId::make(), std::string(101, 'x'), Time{}),
               db::Error);
  EXPECT_THROW(database_.execute("UPDATE users SET balance = -1 WHERE user_id = ?",
                                 [&] {
                                   const UserId id = UserId::make();
                                   database_.insert(kInsertUser, id, "x", Time{});
                                   return id;
                                 }()),
               db::Error);
}

TEST_F(Database, SpeaksUtcReadCommittedAndWaitsThreeSecondsForALock) {
  std::string zone;
  std::string name;
  std::string isolation;
  int lock_wait_s = 0;
  ASSERT_TRUE(database_.query("SELECT @@session.time_zone, @@innodb_lock_wait_timeout")
                  .read_first(zone, lock_wait_s));
  // MariaDB and MySQL call it by different names.
  ASSERT_TRUE(database_
                  .query("SHOW SESSION VARIABLES WHERE Variable_name IN"
                         " ('tx_isolation', 'transaction_isolation')")
                  .read_first(name, isolation));
  EXPECT_EQ(zone, "+00:00");
  EXPECT_EQ(isolation, "READ-COMMITTED");
  EXPECT_EQ(lock_wait_s, 3);
}

TEST_F(Database, TellsItsTimeAlsoWithoutBeingAsked) {
  const Time first = database_.now();
  const Time estimated = database_.estimated_now();
  const Time second = database_.now();
  constexpr Micros kTolerance = std::chrono::milliseconds{50};
  EXPECT_LE(first - kTolerance, estimated);
  EXPECT_LE(estimated, second + kTolerance);
  EXPECT_LE(first, second);
}

TEST_F(Database, RollsBackWhatWasNotCommitted) {
  const std::string name = new_name();
  {
    db::Transaction transaction(database_);
    transaction.insert(kInsertMark, name);
    int count = 0;
    transaction.query(kCountMark, name).read_first(count);
    EXPECT_EQ(count, 1);
  }
  EXPECT_FALSE(is_marked(name));
  EXPECT_TRUE(database_.insert(kInsertMark, name)) << "the row's lock is gone with it";
}

TEST_F(Database, RollsBackWhenTheBodyThrowsAndDoesNotRepeatIt) {
  const std::string name = new_name();
  int runs = 0;
  EXPECT_THROW(db::transact(database_,
                            [&](db::Transaction& transaction) {
                              ++runs;
                              transaction.insert(kInsertMark, name);
                              throw std::logic_error("not the database's fault");
                            }),
               std::logic_error);
  EXPECT_EQ(runs, 1);
  EXPECT_FALSE(is_marked(name));
}

TEST_F(Database, CommitsOnce) {
  const std::string name = new_name();
  const int answer = db::transact(database_, [&](db::Transaction& transaction) {
    transaction.insert(kInsertMark, name);
    transaction.commit();
    return 42;
  });
  EXPECT_EQ(answer, 42);
  EXPECT_TRUE(is_marked(name));
}

}  // namespace stagedoor
