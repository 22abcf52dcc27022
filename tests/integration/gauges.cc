#include "watch/gauges.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "integration/database.h"
#include "support/concurrency.h"
#include "support/temporary_folder.h"
#include "watch/alerts.h"

namespace stagedoor {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kInsertConcert =
    "INSERT INTO concerts (concert_id, title, artist, venue, description, max_active,"
    " admit_per_minute, claim_seconds, active_seconds, hold_seconds, max_seats_per_user,"
    " first_date_at, last_date_at, line_order, draw_lead_seconds) VALUES"
    " (?, 'Estimates', '', '', '', 100, 0, 60, 600, 300, 4, ?, ?, 'fifo', 60)";
constexpr const char* kInsertQueue = "INSERT INTO queues (concert_id, snapshot) VALUES (?, ?)";
constexpr const char* kInsertCounter =
    "INSERT INTO queue_counters (concert_id, last_place) VALUES (?, ?)";
constexpr const char* kInsertAdmission =
    "INSERT INTO admissions (concert_id, admission, admitted_at, admitted, front_before,"
    " front_place, active_after, max_active, admit_per_minute)"
    " VALUES (?, ?, ?, 1, ?, ?, 1, 100, 0)";
constexpr const char* kInsertToken =
    "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at,"
    " admitted_at, admitted_in) VALUES (?, ?, ?, ?, 'ACTIVE', TRUE, ?, ?, ?)";
constexpr const char* kForget =
    "DELETE s, q, c, a, t FROM concerts s JOIN queues q USING (concert_id)"
    " JOIN queue_counters c USING (concert_id) JOIN admissions a USING (concert_id)"
    " JOIN queue_tokens t USING (concert_id) WHERE concert_id = ?";

// A line of nobody else, in which one was let in at each of these moments: places 1, 2, 3, ... The
// last one of them had joined `waited` before.
class Line {
 public:
  Line(db::Connection& database, const std::vector<Time>& admitted_at, Micros waited)
      : database_(database) {
    const Time now = database_.now();
    const Time begins_at = now + minutes{60};
    database_.execute(kInsertConcert, kConcert, begins_at, begins_at);
    std::int64_t place = 0;
    for (const Time& at : admitted_at) {
      database_.execute(kInsertAdmission, kConcert, place + 1, at, place, place + 1);
      ++place;
    }
    database_.execute(kInsertToken, TokenId::make(), kConcert, UserId::make(), place,
                      admitted_at.back() - waited, admitted_at.back(), place);
    LineSnapshot line;
    line.at = admitted_at.back();
    line.front_place = line.last_place = Place{place};
    line.active = 1;
    line.admitted_last_minute = 1;
    database_.execute(kInsertQueue, kConcert, line.encode());
    database_.execute(kInsertCounter, kConcert, place);
  }
  ~Line() { database_.execute(kForget, kConcert); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

 private:
  static constexpr ConcertId kConcert{9'000'000'000};
  db::Connection& database_;
};

// One each second for a minute, and then one every `pace`, until the one who joined at the end of
// that minute at place 61 + 59 is let in.
std::vector<Time> admissions(Time start, Micros pace) {
  std::vector<Time> moments;
  for (int i = 1; i <= 60; ++i) moments.push_back(start + seconds{i});
  for (int i = 1; i <= 60; ++i) moments.push_back(start + minutes{1} + i * pace);
  return moments;
}

std::optional<Micros> estimated_wait_error(Micros pace) {
  db::Connection database(database_config());
  const Time start = database.now() - minutes{30};
  const Line line(database, admissions(start, pace), 60 * pace);
  watch::GaugeReader gauges(database);
  return gauges.read().estimated_wait_error;
}

TEST(TheErrorOfEstimatedWaits, IsNothingWhenTheLineWentOnAsItDid) {
  EXPECT_EQ(estimated_wait_error(seconds{1}), Micros{0});
}

TEST(TheErrorOfEstimatedWaits, IsNegativeWhenItWentSlower) {
  EXPECT_EQ(estimated_wait_error(seconds{2}), -seconds{60});
}

TEST(TheErrorOfEstimatedWaits, IsPositiveWhenItWentFaster) {
  EXPECT_EQ(estimated_wait_error(std::chrono::milliseconds{500}), seconds{30});
}

TEST(TheErrorOfEstimatedWaits, IsUnknownWhileNobodyHasWaited) {
  db::Connection database(database_config());
  const Line line(database, {database.now()}, seconds{1});
  watch::GaugeReader gauges(database);
  EXPECT_EQ(gauges.read().estimated_wait_error, std::nullopt);
}

TEST(AnAlert, ThatIsNotAcceptedIsTriedAgainEverLaterUpToAnHour) {
  EXPECT_EQ(watch::alert_backoff(1), seconds{2});
  EXPECT_EQ(watch::alert_backoff(2), seconds{4});
  EXPECT_EQ(watch::alert_backoff(11), seconds{2'048});
  EXPECT_EQ(watch::alert_backoff(12), seconds{3'600});
  EXPECT_EQ(watch::alert_backoff(1'000'000), seconds{3'600});
}

TEST(AnAlert, IsShortenedBetweenTwoCharacters) {
  db::Connection database(database_config());
  std::string message = "x" + new_name();
  while (message.size() < 300) message += "ö";
  watch::raise_alert(database, message, std::string(10'000, 'd'));
  std::string kept;
  database.query("SELECT message FROM alerts ORDER BY alert_id DESC LIMIT 1").read_first(kept);
  EXPECT_TRUE(message.starts_with(kept));
  EXPECT_GE(kept.size(), 199U);
  database.execute("DELETE FROM alerts");
}

TEST(AnAlert, IsCountedOnceHoweverManyCollectIt) {
  constexpr std::size_t kCollectors = 8;
  constexpr int kFiles = 40;
  const testing::TemporaryFolder folder;
  const std::string message = new_name();
  for (int i = 0; i < kFiles; ++i) {
    std::ofstream(folder.path() / std::to_string(i)) << message << "\ndetail\n";
  }
  testing::parallel(kCollectors, kCollectors, [&](std::size_t) {
    db::Connection database(database_config());
    watch::collect_alerts(database, folder.path());
    return true;
  });
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  db::Connection database(database_config());
  int times = 0;
  database.query("SELECT times FROM alerts WHERE message = ?", message).read_first(times);
  EXPECT_EQ(times, kFiles);
  database.execute("DELETE FROM alerts WHERE message = ?", message);
}

}  // namespace
}  // namespace stagedoor
