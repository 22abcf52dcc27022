// More than the processes can do: a request that cannot be served is told so within a second.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <future>
#include <optional>

#include "support/exposition.h"
#include "support/money.h"
#include "support/slowness.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

// A second, and what a busy test machine needs to carry that many answers.
constexpr double kToldWithinS = 1.5;
// Who comes with a crowd is not refused before the processes have had this long: either it has
// waited twice as long, or all of them are stuck.
constexpr double kRefusedAfterS = 0.4;

void expect_refused(const Response& response) {
  expect_problem(response, 503, "unavailable");
  EXPECT_GE(std::stoi(response.header("Retry-After")), 1) << response;
}

void scale(const std::string& handler, int processes) {
  const CommandResult result =
      Installation::shared().run({"scale", handler, std::to_string(processes)});
  ASSERT_EQ(result.exit_code, 0) << result.err;
}

double metric(const std::string& name, const std::string& handler) {
  return Exposition::parse(send({.path = "/metrics"}).body).value(name, {{"handler", handler}});
}

double shed(const std::string& handler) {
  return metric("stagedoor_http_requests_shed_total", handler);
}

bool queue_grows_to(std::size_t people, const std::string& handler) {
  return eventually(
      5s, [&] { return metric("stagedoor_backlog", handler) == static_cast<double>(people); });
}

struct Told {
  Response response;
  Clock::time_point at;
};

// All of them ask at once; returns what each was told when.
template <typename Ask>
std::future<std::vector<Told>> crowd(std::size_t people, Ask ask) {
  return std::async(std::launch::async, [people, ask] {
    return parallel(people, people, [&](std::size_t) {
      Told told{.response = ask(), .at = {}};
      told.at = Clock::now();
      return told;
    });
  });
}

double seconds_between(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration<double>(end - start).count();
}

std::string sign_in_body(const std::string& email) {
  return R"({"email":")" + email + R"(","password":"correct horse"})";
}

// Checking a password takes some ten milliseconds of computing, as it should.
Response sign_in(const std::string& email) { return post("/sessions", sign_in_body(email)); }

// Locks the user's row in a transaction of its own.
class LockedRow {
 public:
  LockedRow(const User& user, std::chrono::seconds duration)
      : row_("FROM users WHERE user_id = " + in_sql(user.user_id) + " FOR UPDATE"),
        done_(std::async(std::launch::async, [this, duration] {
          Installation::shared().query("START TRANSACTION; SELECT 1 " + row_ + "; DO SLEEP(" +
                                       std::to_string(duration.count()) + "); ROLLBACK");
        })) {
    const bool locked = eventually(5s, [&] {
      return Installation::shared().query("SELECT 1 " + row_ + " SKIP LOCKED").empty();
    });
    if (!locked) throw std::runtime_error("the row is not locked");
  }
  void wait_until_released() { done_.get(); }

 private:
  std::string row_;
  std::future<void> done_;
};

bool somebody_waits_for_a_lock() {
  const auto status =
      Installation::shared().query("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'");
  return status.at(0).at(1) != "0";
}

// Requests are refused here when they are elsewhere.
class Overload : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { impatient_.emplace(Installation::shared()); }
  static void TearDownTestSuite() { impatient_.reset(); }

 private:
  static inline std::optional<ImpatientHandlers> impatient_;
};

}  // namespace

TEST_F(Overload, OfWorkIsRefusedWithinASecondAndOverWithTheLoad) {
  const std::string email = "crowd@example.com";
  ASSERT_EQ(
      post("/users", R"({"name":"Crowd","email":")" + email + R"(","password":"correct horse"})")
          .status,
      201);
  scale("sign_in", 1);
  const double shed_before = shed("sign_in");
  constexpr std::size_t kPeople = 150;
  const Slowness slowness;
  const auto responses = parallel(kPeople, kPeople, [&](std::size_t) { return sign_in(email); });
  EXPECT_EQ(sign_in(email).status, 201) << "right after the load";

  std::size_t served = 0;
  for (const Response& response : responses) {
    EXPECT_LT(response.seconds, kToldWithinS * slowness.factor()) << response;
    if (response.status == 201) {
      ++served;
    } else {
      expect_refused(response);
      EXPECT_GT(response.seconds, kRefusedAfterS) << response;
    }
  }
  EXPECT_GT(static_cast<double>(served), 5 / slowness.factor());
  EXPECT_LT(served, kPeople) << "this machine is too fast for this crowd";
  EXPECT_EQ(shed("sign_in") - shed_before, static_cast<double>(kPeople - served));
}

TEST_F(Overload, OfStuckProcessesIsRefusedWithinASecondAndOverWhenTheyAreFree) {
  const User user = new_user();
  ASSERT_EQ(charge(user, 1).status, 201);
  const std::size_t processes = Installation::shared().processes("charge_balance").size();
  LockedRow locked(user, 5s);
  // Each request that is served now waits for the row, until there is no process left.
  constexpr std::size_t kPeople = 40;
  const Slowness slowness;
  const auto responses = parallel(kPeople, kPeople, [&](std::size_t person) {
    if (person >= processes) eventually(5s, somebody_waits_for_a_lock);
    return charge(user, 1);
  });
  std::size_t slow = 0;
  std::size_t charged = 1;
  std::size_t refused = 0;
  for (const Response& response : responses) {
    if (response.seconds > kToldWithinS * slowness.factor()) ++slow;
    if (response.status == 201) {
      ++charged;
      EXPECT_GT(response.seconds, 1.0) << "no charge while the row is locked";
    } else {
      ++refused;
      expect_refused(response);
    }
  }
  EXPECT_LE(slow, processes) << "only those who are being served wait for the lock";
  EXPECT_GE(refused, kPeople - processes);
  locked.wait_until_released();
  const Response after = charge(user, 1);
  EXPECT_EQ(after.status, 201);
  EXPECT_LT(after.seconds, slowness.factor());
  EXPECT_EQ(balance_of(user), static_cast<std::int64_t>(charged + 1))
      << "what was refused is not done";
}

TEST_F(Overload, OfTheAuthSubrequestIsAProblemLikeAnyOther) {
  constexpr std::size_t kPeople = 20;
  constexpr auto kStopped = 2'200ms;  // longer than a crowd that is served quickly may wait
  scale("authorize", 1);
  const pid_t process = Installation::shared().processes("authorize").front();
  const User user = new_user();
  const auto ask = [&] { return get("/users/" + user.user_id + "/balance", as(user)); };
  kill(process, SIGSTOP);
  auto asked = crowd(kPeople, ask);
  EXPECT_TRUE(queue_grows_to(kPeople, "authorize"));
  std::this_thread::sleep_for(kStopped);
  kill(process, SIGCONT);
  const Slowness slowness;
  const auto continued_at = Clock::now();
  for (const Told& told : asked.get()) {
    expect_refused(told.response);
    EXPECT_GT(told.response.seconds, std::chrono::duration<double>(kStopped).count());
    EXPECT_LT(seconds_between(continued_at, told.at), kToldWithinS * slowness.factor());
  }
  EXPECT_EQ(ask().status, 200);
}

TEST_F(Overload, IsNotWhatComesWhileAHandlerIsRestarted) {
  constexpr std::size_t kPeople = 10;
  constexpr auto kAway = 1'500ms;  // longer than anybody waits for a process that is busy
  scale("list_concerts", 1);
  const pid_t leader = Installation::shared().pid("list_concerts");
  const pid_t process = Installation::shared().processes("list_concerts").front();
  // The process that dies is not replaced until the supervisor goes on.
  kill(leader, SIGSTOP);
  kill(process, SIGKILL);
  ASSERT_TRUE(
      eventually(5s, [] { return Installation::shared().processes("list_concerts").empty(); }));
  auto asked = crowd(kPeople, [] { return get("/concerts"); });
  EXPECT_TRUE(queue_grows_to(kPeople, "list_concerts"));
  std::this_thread::sleep_for(kAway);
  kill(leader, SIGCONT);
  const Slowness slowness;
  const auto continued_at = Clock::now();
  for (const Told& told : asked.get()) {
    EXPECT_EQ(told.response.status, 200) << told.response;
    EXPECT_GT(told.response.seconds, std::chrono::duration<double>(kAway).count());
    EXPECT_LT(seconds_between(continued_at, told.at), kToldWithinS * slowness.factor());
  }
}

// The processes that could refuse are stopped as well: only the web server's time-out is left.
TEST_F(Overload, OfProcessesThatStandStillEndsInATimeout) {
  constexpr double kWebServerWaitsS = 12;
  const std::vector<pid_t> processes = Installation::shared().processes("list_dates");
  const std::string path = concert_path(create_concert()) + "/dates";
  for (const pid_t process : processes) kill(process, SIGSTOP);
  const Slowness slowness;
  const Response response = get(path);
  for (const pid_t process : processes) kill(process, SIGCONT);
  expect_problem(response, 504, "timeout");
  EXPECT_GE(std::stoi(response.header("Retry-After")), 1) << response;
  EXPECT_GT(response.seconds, kWebServerWaitsS - 0.1);
  EXPECT_LT(response.seconds, kWebServerWaitsS + kToldWithinS * slowness.factor());
  EXPECT_TRUE(eventually(5s, [&] { return get(path).status == 200; }));
}
