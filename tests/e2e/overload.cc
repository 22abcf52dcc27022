// More than the processes can do: whoever cannot be served is told so within a second.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <future>

#include "support/exposition.h"
#include "support/money.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

// A second, and what a busy test machine needs to start that many threads.
constexpr double kToldWithinS = 1.5;

void expect_refused(const Response& response) {
  expect_problem(response, 503, "unavailable");
  EXPECT_GE(std::stoi(response.header("Retry-After")), 1) << response;
}

void scale(const std::string& handler, int processes) {
  const CommandResult result =
      Installation::shared().run({"scale", handler, std::to_string(processes)});
  ASSERT_EQ(result.exit_code, 0) << result.err;
}

double shed(const std::string& handler) {
  return Exposition::parse(send({.path = "/metrics"}).body)
      .value("stagedoor_http_requests_shed_total", {{"handler", handler}});
}

std::string sign_in_body(const std::string& email) {
  return R"({"email":")" + email + R"(","password":"correct horse"})";
}

// Checking a password takes some ten milliseconds of computing, as it should.
Response sign_in(const std::string& email) { return post("/sessions", sign_in_body(email)); }

// Keeps everybody from the user's row, in a transaction of its own.
class LockedRow {
 public:
  LockedRow(const User& user, std::chrono::seconds duration)
      : row_("FROM users WHERE user_id = UNHEX(REPLACE('" + user.user_id +
             "', '-', '')) FOR UPDATE"),
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
  return Installation::shared().query_value(
             "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
             " WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS'") != "0";
}

}  // namespace

TEST(Overload, OfWorkIsRefusedWithinASecondAndOverWithTheLoad) {
  const std::string email = "crowd@example.com";
  ASSERT_EQ(
      post("/users", R"({"name":"Crowd","email":")" + email + R"(","password":"correct horse"})")
          .status,
      201);
  scale("sign_in", 1);
  const double shed_before = shed("sign_in");
  constexpr std::size_t kPeople = 150;
  const auto responses = parallel(kPeople, kPeople, [&](std::size_t) { return sign_in(email); });
  EXPECT_EQ(sign_in(email).status, 201) << "right after the load";

  std::size_t served = 0;
  for (const Response& response : responses) {
    EXPECT_LT(response.seconds, kToldWithinS) << response;
    if (response.status == 201) {
      ++served;
    } else {
      expect_refused(response);
    }
  }
  EXPECT_GT(served, 5U);
  EXPECT_LT(served, kPeople) << "this machine is too fast for this crowd";
  EXPECT_EQ(shed("sign_in") - shed_before, static_cast<double>(kPeople - served));
}

TEST(Overload, OfStuckProcessesIsRefusedWithinASecondAndOverWhenTheyAreFree) {
  const User user = new_user();
  ASSERT_EQ(charge(user, 1).status, 201);
  const std::size_t processes = Installation::shared().processes("charge_balance").size();
  LockedRow locked(user, 5s);
  // Everybody who is served now waits for the row, until there is no process left.
  constexpr std::size_t kPeople = 40;
  const auto responses = parallel(kPeople, kPeople, [&](std::size_t person) {
    if (person >= processes) eventually(5s, somebody_waits_for_a_lock);
    return charge(user, 1);
  });
  std::size_t slow = 0;
  std::size_t charged = 1;
  for (const Response& response : responses) {
    if (response.seconds > kToldWithinS) ++slow;
    if (response.status == 201) {
      ++charged;
    } else {
      expect_refused(response);
    }
  }
  EXPECT_LE(slow, processes) << "only those who are being served wait for the lock";
  locked.wait_until_released();
  const Response after = charge(user, 1);
  EXPECT_EQ(after.status, 201);
  EXPECT_LT(after.seconds, 1);
  EXPECT_EQ(balance_of(user), static_cast<std::int64_t>(charged + 1))
      << "what was refused is not done";
}

TEST(Overload, OfTheAuthSubrequestIsAProblemLikeAnyOther) {
  scale("authorize", 1);
  const pid_t process = Installation::shared().processes("authorize").front();
  const User user = new_user();
  kill(process, SIGSTOP);
  auto asked = std::async(std::launch::async, [&] {
    return parallel(
        20, 20, [&](std::size_t) { return get("/users/" + user.user_id + "/balance", as(user)); });
  });
  std::this_thread::sleep_for(2'200ms);  // older than a crowd that is served quickly may be
  kill(process, SIGCONT);
  for (const Response& response : asked.get()) {
    expect_refused(response);
    EXPECT_LT(response.seconds, 2.2 + kToldWithinS);
  }
  EXPECT_EQ(get("/users/" + user.user_id + "/balance", as(user)).status, 200);
}

TEST(Overload, IsNotWhatComesWhileAHandlerIsRestarted) {
  scale("list_concerts", 1);
  const pid_t leader = Installation::shared().pid("list_concerts");
  const pid_t process = Installation::shared().processes("list_concerts").front();
  // Nobody replaces the process that dies, until the supervisor goes on.
  kill(leader, SIGSTOP);
  kill(process, SIGKILL);
  ASSERT_TRUE(
      eventually(5s, [] { return Installation::shared().processes("list_concerts").empty(); }));
  auto asked = std::async(std::launch::async, [] {
    return parallel(10, 10, [](std::size_t) { return get("/concerts").status; });
  });
  std::this_thread::sleep_for(1'500ms);  // longer than anybody waits for a process that is busy
  kill(leader, SIGCONT);
  for (const int status : asked.get()) EXPECT_EQ(status, 200);
}
