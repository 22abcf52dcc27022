// What an operator is told, and how often.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "support/exposition.h"
#include "support/http_server.h"
#include "support/money.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

const std::string kSecretPath = "/services/T0000/B0000/do-not-tell";

// A webhook that the installation posts alerts to while it is there, and no alert before.
class Alerts : public ::testing::Test {
 protected:
  void SetUp() override {
    Installation::shared().query("DELETE FROM alerts");
    std::ofstream(configuration())
        << "STAGEDOOR_ALERT_WEBHOOK=" << webhook_.origin() << kSecretPath << '\n';
  }
  void TearDown() override {
    std::filesystem::remove(configuration());
    const auto home = Installation::shared().home();
    const CommandResult found =
        run_command({"grep", "-rl", "do-not-tell", home / "log", home / "run"});
    EXPECT_EQ(found.out, "") << "the address of the webhook is a secret";
  }

  static std::filesystem::path configuration() {
    return Installation::shared().home() / "stagedoor.conf";
  }

  // Every text that was posted.
  std::vector<Json> told() {
    std::vector<Json> alerts;
    for (const std::string& body : webhook_.bodies()) alerts.push_back(Json::parse(body));
    return alerts;
  }
  // Sweeps until that many alerts were posted, accepted or not.
  bool tells(std::size_t count) {
    return eventually(60s, [&] {
      sweep();
      return told().size() >= count;
    });
  }

  HttpServer webhook_;
};

// A user has money that no ledger knows of, until the end of the scope.
class Theft {
 public:
  Theft() { move("+"); }
  ~Theft() { move("-"); }
  Theft(const Theft&) = delete;
  Theft& operator=(const Theft&) = delete;

 private:
  void move(const std::string& sign) const {
    Installation::shared().query("UPDATE users SET balance = balance " + sign +
                                 " 1 WHERE user_id = " + in_sql(thief_.user_id));
  }
  User thief_ = [] {
    const User user = new_user();
    charge(user, 1'000);
    return user;
  }();
};

int audit() { return Installation::shared().run({"audit"}).exit_code; }

void put_off_attempts(const std::string& by) {
  Installation::shared().query("UPDATE alerts SET next_attempt_at = next_attempt_at " + by +
                               " WHERE waits");
}

std::string waiting_alerts() {
  return Installation::shared().query_value(
      "SELECT COALESCE(SUM(times), 0) FROM alerts WHERE waits");
}

}  // namespace

TEST_F(Alerts, OfTheAuditReachAWebhookThatFailsAtFirst) {
  const Theft theft;
  webhook_.answer_next_with({500, 404});
  ASSERT_EQ(audit(), 1);
  sweep();
  ASSERT_EQ(told().size(), 1U);
  put_off_attempts("+ INTERVAL 1 HOUR");
  sweep();
  EXPECT_EQ(told().size(), 1U) << "the next attempt is later";
  put_off_attempts("- INTERVAL 1 HOUR");
  EXPECT_TRUE(tells(3));
  EXPECT_EQ(waiting_alerts(), "0");
  sweep();
  const std::vector<Json> alerts = told();
  ASSERT_EQ(alerts.size(), 3U) << "once it was accepted it is not told again";
  EXPECT_EQ(alerts[0], alerts[2]);
  EXPECT_EQ(alerts[2]["level"].text(), "critical");
  EXPECT_EQ(alerts[2]["message"].text(), "audit violation");
  EXPECT_EQ(alerts[2]["times"].integer(), 1);
  EXPECT_TRUE(is_time(alerts[2]["first_at"].text()));
  EXPECT_NE(alerts[2]["text"].text().find("audit violation"), std::string::npos);
  EXPECT_NE(alerts[2]["detail"].text().find("every balance is the sum of its ledger"),
            std::string::npos);
}

TEST_F(Alerts, OfTroubleThatGoesOnAreToldOnceInAWhile) {
  const Theft theft;
  ASSERT_EQ(audit(), 1);
  ASSERT_EQ(audit(), 1);
  ASSERT_TRUE(tells(1));
  EXPECT_EQ(told()[0]["times"].integer(), 2);
  ASSERT_EQ(audit(), 1);
  sweep();
  EXPECT_EQ(told().size(), 1U);
  EXPECT_EQ(waiting_alerts(), "1") << "counted, and told later";
  Installation::shared().query("UPDATE alerts SET next_attempt_at = NOW() WHERE waits");
  sweep();
  EXPECT_EQ(told().size(), 2U);
}

TEST_F(Alerts, AreSentByOneOfManySweepsThatRunAtOnce) {
  const Theft theft;
  ASSERT_EQ(audit(), 1);
  parallel(5, 5, [](std::size_t) { return sweep().exists(); });
  std::int64_t times = 0;
  for (const Json& alert : told()) times += alert["times"].integer();
  EXPECT_EQ(times, 1);
}

TEST_F(Alerts, WaitWhileNobodyIsToBeTold) {
  std::filesystem::remove(configuration());
  const Theft theft;
  ASSERT_EQ(audit(), 1);
  sweep();
  EXPECT_EQ(told().size(), 0U);
  EXPECT_EQ(waiting_alerts(), "1");
  EXPECT_TRUE(eventually(10s, [] {
    return Exposition::parse(send({.path = "/metrics"}).body).value("stagedoor_alerts_unsent") == 1;
  }));
}

TEST_F(Alerts, TellOfADatabaseThatIsDownAndOfItsReturn) {
  Installation& installation = Installation::shared();
  installation.kill_part("mariadb");
  webhook_.answer_next_with({503});
  auto first = std::async(std::launch::async, [&] { return installation.run({"sweep"}); });
  // A client asks all the time, so that a handler notices as well.
  while (first.wait_for(100ms) != std::future_status::ready) {
    EXPECT_EQ(get("/concerts?limit=7").status, 503);
  }
  const CommandResult patient = first.get();
  EXPECT_EQ(patient.exit_code, 1);
  ASSERT_EQ(told().size(), 1U) << "after ten seconds, without the database";
  EXPECT_EQ(told()[0]["message"].text(), "the database does not answer");
  EXPECT_TRUE(eventually(10s, [&] {
    const CommandResult again = installation.run({"sweep"});
    EXPECT_EQ(again.exit_code, 1);
    EXPECT_LT(again.seconds, patient.seconds / 2) << "it waits for the database once";
    EXPECT_EQ(get("/concerts?limit=7").status, 503);
    return told().size() == 2;
  })) << "it was not accepted at first";
  EXPECT_EQ(installation.run({"sweep"}).exit_code, 1);
  EXPECT_EQ(told().size(), 2U) << "told once";

  installation.up();
  EXPECT_EQ(get("/concerts?limit=7").status, 200);
  ASSERT_TRUE(tells(4));
  std::vector<std::string> messages;
  for (const Json& alert : told()) messages.push_back(alert["message"].text());
  std::sort(messages.begin() + 2, messages.end());
  EXPECT_EQ(messages[2], "the database answers again");
  EXPECT_EQ(messages[3], "the database was out of reach") << "says the handler that was asked";
  sweep();
  EXPECT_EQ(told().size(), 4U);
}

TEST(AWebhook, ThatIsNoWebAddressIsRefusedWithoutShowingIt) {
  const Installation& installation = Installation::shared();
  const std::filesystem::path configuration = installation.home() / "stagedoor.conf";
  std::ofstream(configuration) << "STAGEDOOR_ALERT_WEBHOOK=file:///etc/do-not-tell\n";
  const CommandResult result = installation.run({"sweep"});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_NE(result.err.find("STAGEDOOR_ALERT_WEBHOOK"), std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("do-not-tell"), std::string::npos) << result.err;
  std::filesystem::remove(configuration);
}
