// Many concerts, many seats, and caches that must not lie.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "support/patient_crowd.h"
#include "support/slow_database.h"
#include "support/slowness.h"
#include "support/vocabulary.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kConcerts = 10'000;

// Three concerts a minute share their date, so that the order needs the id too.
constexpr const char* kBulkLoad = R"(
  INSERT INTO concerts (title, artist, venue, description, max_active,
                        admit_per_minute, claim_seconds, active_seconds, hold_seconds,
                        max_seats_per_user, first_date_at, last_date_at, line_order,
                        draw_lead_seconds)
    SELECT 'bulk', 'artist', 'venue', '', 100, 0, 60, 600, 300, 4,
           UTC_TIMESTAMP() + INTERVAL 365 DAY + INTERVAL (n * 7919 % 10000) DIV 3 MINUTE,
           UTC_TIMESTAMP() + INTERVAL 465 DAY, 'fifo', 60
      FROM (SELECT a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit AS n
              FROM digits a, digits b, digits c, digits d) AS numbers;
  INSERT INTO dates (concert_id, starts_at, seats_total, price_min, price_max)
    SELECT concert_id, first_date_at, 50, 1, 1 FROM concerts WHERE title = 'bulk';
  INSERT INTO line_logs (concert_id, root, frontier)
    SELECT concert_id, UNHEX(SHA2('', 256)), X'01' FROM concerts WHERE title = 'bulk';
)";

// What was true when, for readers to be held against.
class History {
 public:
  void add(std::int64_t value) {
    const std::lock_guard lock(mutex_);
    values_.emplace_back(Clock::now(), value);
  }
  // The values that were there at least `age` before `when`.
  [[nodiscard]] std::vector<std::int64_t> older_than(Clock::time_point when, Clock::duration age) {
    const std::lock_guard lock(mutex_);
    std::vector<std::int64_t> result;
    for (const auto& [since, value] : values_) {
      if (since + age <= when) result.push_back(value);
    }
    return result;
  }
  [[nodiscard]] std::size_t size() {
    const std::lock_guard lock(mutex_);
    return values_.size();
  }

 private:
  std::mutex mutex_;
  std::deque<std::pair<Clock::time_point, std::int64_t>> values_;
};

// Freezes single processes of a handler again and again, longer than any of its cached values may
// live: a reader that has read the database and writes the cache long after.
class SlowReaders {
 public:
  explicit SlowReaders(std::string handler)
      : handler_(std::move(handler)), freezer_([this] { freeze_one(); }) {}

 private:
  void freeze_one() {
    const std::vector<pid_t> pids = Installation::shared().processes(handler_);
    const pid_t victim = pids.at(random_() % pids.size());
    std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 50));
    kill(victim, SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + random_() % 2'900));
    kill(victim, SIGCONT);
  }

  std::string handler_;
  std::mt19937 random_{std::random_device{}()};
  Background freezer_;
};

Json read(PatientCrowd& readers, const std::string& path) {
  const Response response = readers.insist([&] { return get(path); });
  if (response.status != 200) refuse("GET " + path, response);
  return response.json();
}

std::set<std::int64_t> listed_ids(PatientCrowd& readers, const std::string& path) {
  const Json list = read(readers, path + "&limit=100");
  EXPECT_TRUE(list["next_cursor"].is_null()) << "more than a page";
  std::set<std::int64_t> ids;
  for (const Json& item : list["items"].items()) ids.insert(item["concert_id"].integer());
  return ids;
}

// An installation on the shared one's database, seen through a SlowDatabase.
class SlowInstallation {
 public:
  SlowDatabase& database() { return database_; }

  Response ask(const std::string& method, const std::string& path, const std::string& body = "") {
    return HttpClient(installation_.origin())
        .send({method, "/api/v1" + path, {{"Content-Type", "application/json"}, admin_}, body});
  }

  Json create(const NewConcert& concert) {
    return ask("POST", "/admin/concerts", to_json(concert)).json();
  }

 private:
  [[nodiscard]] std::string database_url() const {
    return "mysql://stagedoor:" + Installation::shared().secret("db_password") +
           "@127.0.0.1:" + std::to_string(database_.port()) + "/stagedoor";
  }

  SlowDatabase database_{Installation::shared().home() / "run/mariadb.sock"};
  Installation installation_{Variables{{"STAGEDOOR_DB", database_url()}}};
  Header admin_ = [this] {
    const std::string printed = installation_.run({"token", "--admin"}).out;
    return bearer(printed.substr(0, printed.find('\n')));
  }();
};

// One reader asks the database, which holds its answer back; a writer changes what it asked for;
// only then, `held` later, the reader goes on and may write what it read into the cache. No other
// client asks or writes meanwhile, so nothing repairs that. Every answer from `age_max` after the
// change on must show it.
struct SlowReaderCase {
  std::string path;
  std::string marker;
  std::function<void()> change;
  std::function<bool(const Json&)> shows_change;
  std::chrono::milliseconds held;
  std::chrono::milliseconds age_max;
};

void expect_no_old_answer(SlowInstallation& slow, const SlowReaderCase& one) {
  slow.database().hold_next(one.marker);
  auto reader = std::async(std::launch::async, [&] { return slow.ask("GET", one.path); });
  EXPECT_TRUE(eventually(5s, [&] { return slow.database().is_holding(one.marker); })) << one.path;

  one.change();
  const auto changed = Clock::now();
  std::this_thread::sleep_until(changed + one.held);
  slow.database().release(one.marker);
  const Response late = reader.get();
  EXPECT_EQ(late.status, 200) << late;
  std::this_thread::sleep_until(changed + one.age_max);
  while (Clock::now() < changed + one.age_max + one.held) {
    const Response response = slow.ask("GET", one.path);
    if (!one.shows_change(response.json())) {
      ADD_FAILURE() << one.path << " does not show a change made "
                    << std::chrono::duration<double>(Clock::now() - changed).count()
                    << " s ago: " << response;
      return;
    }
    std::this_thread::sleep_for(20ms);
  }
}

}  // namespace

TEST(AReaderThatIsSlow, CannotPutBackWhatAWriterChanged) {
  SlowInstallation slow;
  const std::string noon = time_from_now(std::chrono::hours(24 * 95)).substr(0, 10) + "T12:00:00Z";
  const NewConcert tonight{.title = "a slow list", .dates = {{.starts_at = noon}}};
  slow.create(tonight);
  const Json shown = slow.create({.title = "a slow concert"});
  const Json dated =
      slow.create({.dates = {{.seats_json = R"([{"from":1,"to":2,"price":765432109}])"}}});
  const std::vector<SlowReaderCase> cases = {
      {"/concerts?date=" + noon.substr(0, 10), "a slow list", [&] { slow.create(tonight); },
       [](const Json& list) { return list["items"].size() == 2; }, 4s, 5s},
      {concert_path(shown), "a slow concert",
       [&] { slow.ask("PATCH", "/admin" + concert_path(shown), R"({"max_active":7})"); },
       [](const Json& concert) { return concert["queue"]["max_active"].integer() == 7; }, 1800ms,
       2s},
      // A date has no text: the price of its seats, as the binary protocol writes it.
      {concert_path(dated) + "/dates", std::string("\x2d\x91\x9f\x2d\x00\x00\x00\x00", 8),
       [&] { slow.ask("POST", "/admin" + concert_path(dated) + "/dates", to_json(NewDate{})); },
       [](const Json& list) { return list["items"].size() == 2; }, 4s, 5s}};
  parallel(cases.size(), cases.size(), [&](std::size_t number) {
    expect_no_old_answer(slow, cases[number]);
    return true;
  });
}

TEST(AList, IsNeverOlderThanFiveSecondsWhileReadersRaceWriters) {
  const std::string noon = time_from_now(std::chrono::hours(24 * 90)).substr(0, 10) + "T12:00:00Z";
  const std::string path = "/concerts?date=" + noon.substr(0, 10);
  History created;
  std::atomic<int> reads{0};
  // However long the readers take, one page has room for all.
  constexpr std::size_t kCreatedMax = 95;
  Background writer([&] {
    if (created.size() >= kCreatedMax) return std::this_thread::sleep_for(100ms);
    created.add(create_concert({.dates = {{.starts_at = noon}}})["concert_id"].integer());
    std::this_thread::sleep_for(100ms);
  });
  {
    // What a process takes just before it is frozen has waited for too long when it goes on.
    PatientCrowd readers;
    const SlowReaders slow("list_concerts");
    parallel(3, 3, [&](std::size_t) {
      // Nine seconds, and as long as it takes on a slow machine until enough has happened.
      const auto soonest_end = Clock::now() + 9s;
      const auto latest_end = Clock::now() + 300s;
      while (Clock::now() < soonest_end ||
             ((reads <= 100 || created.size() <= 20) && Clock::now() < latest_end)) {
        const auto asked = Clock::now();
        const std::set<std::int64_t> listed = listed_ids(readers, path);
        for (const std::int64_t id : created.older_than(asked, 5s)) {
          if (!listed.contains(id)) ADD_FAILURE() << id << " is missing after more than 5 s";
        }
        ++reads;
        std::this_thread::sleep_for(5ms);
      }
      return true;
    });
  }
  writer.stop();
  EXPECT_GT(created.size(), 20U);
  EXPECT_GT(reads, 100);
}

TEST(ASetting, IsNeverOlderThanTwoSecondsWhileReadersRaceWriters) {
  constexpr std::size_t kChanges = 50;
  const Json concert = create_concert();
  History changed;
  std::int64_t value = 1'000;
  Background writer([&] {
    ++value;
    const Response response = patch("/admin" + concert_path(concert),
                                    "{\"max_active\":" + std::to_string(value) + "}", as_admin());
    if (response.status == 200) changed.add(value);
    std::this_thread::sleep_for(30ms);
  });
  {
    PatientCrowd readers;
    const SlowReaders slow("show_concert");
    parallel(3, 3, [&](std::size_t) {
      const auto soonest_end = Clock::now() + 6s;
      const auto latest_end = Clock::now() + 300s;
      while (Clock::now() < soonest_end ||
             (changed.size() <= kChanges && Clock::now() < latest_end)) {
        const auto asked = Clock::now();
        const std::int64_t seen =
            read(readers, concert_path(concert))["queue"]["max_active"].integer();
        const std::vector<std::int64_t> due = changed.older_than(asked, 2s);
        if (!due.empty() && seen < due.back()) {
          ADD_FAILURE() << seen << " more than 2 s after " << due.back();
        }
        std::this_thread::sleep_for(5ms);
      }
      return true;
    });
  }
  writer.stop();
  EXPECT_GT(changed.size(), kChanges);
}

TEST(ManyReadersAtOnce, GetTheSameListFromOneRebuild) {
  create_concert();
  const auto rows = [] {
    return std::stol(
        Installation::shared().query("SHOW GLOBAL STATUS LIKE 'Com_select'").at(0).at(1));
  };
  const Response first = get("/concerts?limit=3");
  const long before = rows();
  const auto answers = parallel(8, 400, [](std::size_t) { return get("/concerts?limit=3"); });
  for (const Response& answer : answers) {
    ASSERT_EQ(answer.status, 200) << answer;
    ASSERT_EQ(answer.body, first.body);
  }
  EXPECT_LT(rows() - before, 100) << "400 readers of one page asked the database too often";
}

TEST(ADateOf100000Seats, IsCreatedInUnderFiveSeconds) {
  const Json concert = create_concert();
  const Slowness slowness;
  const Response response =
      post("/admin" + concert_path(concert) + "/dates",
           R"({"starts_at":"2090-01-01T12:00:00Z","seats":[{"from":1,"to":60000,"price":5},)"
           R"({"from":60001,"to":100000,"price":9,"label":"B{n}"}]})",
           as_admin());
  ASSERT_EQ(response.status, 201) << response;
  EXPECT_LT(response.seconds, 5.0 * slowness.factor());
  const std::string date_id = std::to_string(response.json()["date_id"].integer());
  EXPECT_EQ(Installation::shared().query(
                "SELECT COUNT(*), COUNT(DISTINCT number), MIN(number), MAX(number) FROM seats "
                "WHERE date_id = " +
                date_id),
            (std::vector<Row>{{"100000", "100000", "1", "100000"}}));
  EXPECT_EQ(Installation::shared().query_value(
                "SELECT label FROM seats WHERE number = 100000 AND date_id = " + date_id),
            "B40000");
}

TEST(AConcertOf100000Seats, CanBeCreatedInOneCall) {
  const Slowness slowness;
  const Response response =
      post("/admin/concerts",
           to_json(NewConcert{.dates = {{.seats_json = R"([{"from":1,"to":100000,"price":1}])"}}}),
           as_admin());
  EXPECT_EQ(response.status, 201) << response;
  EXPECT_LT(response.seconds, 5.0 * slowness.factor());
}

TEST(TenThousandConcerts, AreListedCompleteInOrderAtTheSameCostForEveryPage) {
  Installation::shared().query(kBulkLoad);
  std::vector<std::string> expected;
  for (const Row& row : Installation::shared().query(
           "SELECT concert_id FROM concerts WHERE last_date_at > UTC_TIMESTAMP(6) "
           "ORDER BY first_date_at, concert_id")) {
    expected.push_back(row.at(0));
  }
  ASSERT_GE(expected.size(), kConcerts);

  // A change by SQL, behind the back of the product, invalidates nothing.
  Installation::shared().flush_memcached();
  std::vector<std::string> listed;
  std::vector<double> seconds;
  std::string cursor;
  do {
    const Response page = get("/concerts?limit=100" + cursor);
    ASSERT_EQ(page.status, 200) << page;
    seconds.push_back(page.seconds);
    const Json list = page.json();
    for (const Json& item : list["items"].items()) {
      listed.push_back(std::to_string(item["concert_id"].integer()));
    }
    cursor = list["next_cursor"].is_null() ? "" : "&cursor=" + list["next_cursor"].text();
  } while (!cursor.empty());

  EXPECT_EQ(listed.size(), expected.size());
  EXPECT_EQ(std::set(listed.begin(), listed.end()).size(), listed.size()) << "duplicates";
  EXPECT_TRUE(listed == expected) << "not in order or not complete";
  const double first = median({seconds.begin(), seconds.begin() + 20});
  const double last = median({seconds.end() - 21, seconds.end() - 1});
  EXPECT_LT(last, first * 2 + 0.002)
      << "first pages " << first << " s, last pages " << last << " s";
}
