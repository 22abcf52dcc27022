// docs/OPERATIONS.md, "Backup and restore": the commands there, while seats are sold.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "packaging/installed_tree.h"
#include "support/money.h"
#include "support/seats.h"

using namespace stagedoor::testing;

namespace fs = std::filesystem;

namespace {

constexpr int kBuyers = 20;

void run_in(const Installation& installation, const std::string& command) {
  const CommandResult result = run_command({"bash", "-c", "set -e; umask 077; " + command},
                                           {{"STAGEDOOR_HOME", installation.home()}});
  ASSERT_EQ(result.exit_code, 0) << command << '\n' << result.err;
}

}  // namespace

TEST(ABackup, TakenDuringASaleIsWholeAndOpensToTheSamePeople) {
  const Installation& source = Installation::shared();
  const TemporaryFolder folder;
  const std::string backup = folder.path() / "backup.sql";
  const std::string secrets = folder.path() / "secrets.tar";

  const Json concert = create_concert(hall(2 * kBuyers));
  const std::vector<Fan> fans = admitted(2 * kBuyers, concert);
  const auto buy = [&](std::size_t from, std::size_t end) {
    for (std::size_t i = from; i < end; ++i) {
      charge(fans[i].user, kSeatPrice);
      paid_by(fans[i], held(fans[i], date_of(concert), {static_cast<std::int64_t>(i + 1)}));
    }
  };
  buy(0, kBuyers);
  std::thread rush([&] { buy(kBuyers, 2 * kBuyers); });
  run_in(source,
         "mariadb-dump --defaults-file=$STAGEDOOR_HOME/run/stagedoor_db.cnf --single-transaction"
         " --quick --no-tablespaces stagedoor > " +
             backup);
  rush.join();
  run_in(source, "tar -C $STAGEDOOR_HOME -cf " + secrets +
                     " secrets/access_token_key"
                     " secrets/queue_token_keys");

  Installation restored;
  run_in(restored,
         "mariadb --defaults-file=$STAGEDOOR_HOME/run/stagedoor_db.cnf stagedoor < " + backup);
  run_in(restored, "tar -C $STAGEDOOR_HOME -xf " + secrets);
  ASSERT_EQ(restored.run({"down"}).exit_code, 0);
  restored.up();

  const CommandResult audit = restored.run({"audit"});
  EXPECT_EQ(audit.exit_code, 0) << audit.out;
  const auto sold =
      std::stoi(restored.query_value("SELECT COUNT(*) FROM seats JOIN dates USING (date_id) WHERE "
                                     "status = 'SOLD' AND concert_id = " +
                                     std::to_string(concert["concert_id"].integer())));
  EXPECT_GE(sold, kBuyers);
  EXPECT_LE(sold, 2 * kBuyers);
  const Fan& first = fans.front();
  HttpClient client(restored.origin());
  const Response payments = client.send({.path = "/api/v1/payments", .headers = as(first.user)});
  ASSERT_EQ(payments.status, 200) << payments;
  EXPECT_EQ(payments.json()["items"].size(), 1U);
  const Response place = client.send(
      {.path = "/api/v1/queue/tokens/current", .headers = {{"Queue-Token", first.queue_token}}});
  ASSERT_EQ(place.status, 200) << place;
  EXPECT_EQ(place.json()["expired_reason"].text(), "PAID");
}
