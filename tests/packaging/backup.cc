// docs/OPERATIONS.md, "Backup and restore": the commands there, while seats are sold.
#include <gtest/gtest.h>

#include <atomic>

#include "packaging/installed_tree.h"
#include "support/money.h"

using namespace stagedoor::testing;

namespace {

constexpr int kBuyersBefore = 20;
constexpr int kDumpsMax = 10;
// More than are sold while a dump is written.
constexpr std::int64_t kSeats = 5'000;

void run_in(const Installation& installation, const std::string& command) {
  const CommandResult result = run_command({"bash", "-c", "set -e; umask 077; " + command},
                                           {{"STAGEDOOR_HOME", installation.home()}});
  if (result.exit_code != 0) throw std::runtime_error(command + "\n" + result.err);
}

// People who come one after the other and buy the next seat each.
class Sale {
 public:
  // Returns the buyer.
  Fan sell_one() {
    const Fan fan = admitted(concert_);
    EXPECT_EQ(charge(fan.user, kSeatPrice).status, 201);
    paid_by(fan, held(fan, date_of(concert_), {sold_ + 1}));
    ++sold_;
    return fan;
  }
  [[nodiscard]] std::int64_t sold() const { return sold_; }
  [[nodiscard]] std::int64_t sold_in(const Installation& installation) const {
    return std::stoll(
        installation.query_value("SELECT COUNT(*) FROM seats WHERE status = 'SOLD' AND date_id = " +
                                 std::to_string(date_of(concert_))));
  }

 private:
  Json concert_ = create_concert(hall(kSeats));
  std::atomic<std::int64_t> sold_{0};
};

}  // namespace

TEST(ABackup, TakenDuringASaleIsWholeAndOpensToTheSamePeople) {
  const Installation& source = Installation::shared();
  const TemporaryFolder folder;
  const std::string backup = folder.path() / "backup.sql";
  const std::string secrets = folder.path() / "secrets.tar";

  Sale sale;
  const Fan first = sale.sell_one();
  while (sale.sold() < kBuyersBefore) sale.sell_one();
  Background rush([&] { sale.sell_one(); });
  const auto goes_on_after = [&](std::int64_t sold) {
    return eventually(std::chrono::seconds(10), [&] { return sale.sold() > sold; });
  };
  ASSERT_TRUE(goes_on_after(kBuyersBefore));
  std::int64_t sold_before = 0;
  std::int64_t sold_after = 0;
  // A dump takes a tenth of a second, in which a slow machine sells nothing.
  for (int dump = 0; dump < kDumpsMax && sold_after == sold_before; ++dump) {
    sold_before = sale.sold();
    run_in(source,
           "mariadb-dump --defaults-file=$STAGEDOOR_HOME/run/stagedoor_db.cnf --single-transaction"
           " --quick --no-tablespaces stagedoor > " +
               backup);
    sold_after = sale.sold();
  }
  EXPECT_GT(sold_after, sold_before) << "seats were sold while it was written";
  EXPECT_TRUE(goes_on_after(sold_after)) << "the sale was not over when it was";
  rush.stop();
  run_in(source, "tar -C $STAGEDOOR_HOME -cf " + secrets +
                     " secrets/access_token_key"
                     " secrets/queue_token_keys secrets/log_keys");

  Installation restored;
  run_in(restored,
         "mariadb --defaults-file=$STAGEDOOR_HOME/run/stagedoor_db.cnf stagedoor < " + backup);
  run_in(restored, "tar -C $STAGEDOOR_HOME -xf " + secrets);
  ASSERT_EQ(restored.run({"down"}).exit_code, 0);
  restored.up();

  const CommandResult audit = restored.run({"audit"});
  EXPECT_EQ(audit.exit_code, 0) << audit.out;
  EXPECT_GE(sale.sold_in(restored), sold_before);
  EXPECT_LE(sale.sold_in(restored), sold_after + 1) << "and one whose answer was on its way";
  HttpClient client(restored.origin());
  const Response payments = client.send({.path = "/api/v1/payments", .headers = as(first.user)});
  ASSERT_EQ(payments.status, 200) << payments;
  EXPECT_EQ(payments.json()["items"].size(), 1U);
  const Response place = client.send(
      {.path = "/api/v1/queue/tokens/current", .headers = {{"Queue-Token", first.queue_token}}});
  ASSERT_EQ(place.status, 200) << place;
  EXPECT_EQ(place.json()["expired_reason"].text(), "PAID");
}
