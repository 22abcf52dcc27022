// A database that answers, but takes no writes, as one that was demoted: refused at once and with
// one word, and used again as soon as it takes them.
#include <gtest/gtest.h>

#include <array>
#include <atomic>

#include "support/exposition.h"
#include "support/money.h"
#include "support/slowness.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kBuyers = 4;
constexpr auto kRecoversWithin = 1s;

Installation& installation() { return Installation::shared(); }

// Clients that charge, join, look at seats and hold them without a pause. Every answer is a good
// one or a 503 with Retry-After.
class SellingCrowd {
 public:
  explicit SellingCrowd(const Json& concert) : concert_(concert), date_id_(date_of(concert)) {
    for (const Fan& fan : admitted(kBuyers, concert)) {
      buyers_.push_back(std::make_unique<Background>([this, fan] { buy(fan); }));
    }
  }
  void stop() {
    for (auto& buyer : buyers_) buyer->stop();
  }

  [[nodiscard]] int sold() const { return sold_; }
  [[nodiscard]] int refused() const { return refused_; }
  [[nodiscard]] int writes_refused() const { return writes_refused_; }

 private:
  void buy(const Fan& fan) {
    note(charge(fan.user, 1'000), true);
    note(join(new_user(), concert_), true);
    note(get(seats_path(concert_), as(fan)), false);
    const auto hold = note(reserve_best(fan, date_id_, 1), true);
    if (hold.status == 201) note(release(fan.user, hold.json()), true);
  }

  Response note(Response response, bool writes) {
    if (response.status < 300) {
      ++sold_;
    } else if (response.status != 409) {  // a hold whose release was refused is there still
      ++refused_;
      if (writes) ++writes_refused_;
      if (response.status != 503) expect_problem(response, 503, "unavailable");
      EXPECT_TRUE(response.has_header("Retry-After")) << response;
    }
    return response;
  }

  const Json& concert_;
  std::int64_t date_id_;
  std::atomic<int> sold_{0};
  std::atomic<int> refused_{0};
  std::atomic<int> writes_refused_{0};
  std::vector<std::unique_ptr<Background>> buyers_;
};

Exposition metrics() { return Exposition::parse(send({.path = "/metrics"}).body); }

double reconnects() {
  return metrics().sum("stagedoor_database_reconnects_total", {{"reason", "read_only"}});
}

}  // namespace

TEST(AReadOnlyDatabase, IsUnavailableToASellingCrowdAndUsedAgainWithinASecond) {
  const Json concert = create_concert(hall(50));
  const auto processes = installation().processes();
  const double reconnects_before = reconnects();
  SellingCrowd crowd(concert);
  ASSERT_TRUE(eventually(60s, [&] { return crowd.sold() > 100; }));
  EXPECT_EQ(crowd.refused(), 0);
  {
    const ReadOnlyDatabase read_only(installation());
    ASSERT_TRUE(eventually(60s, [&] { return crowd.writes_refused() > 100; }));
    const Response ready = send({.path = "/readyz"});
    EXPECT_EQ(ready.status, 503) << ready;
    EXPECT_EQ(ready.json()["database"].text(), "unusable") << ready;
    EXPECT_TRUE(ready.has_header("Retry-After")) << ready;
    ASSERT_TRUE(
        eventually(60s, [] { return metrics().value("stagedoor_database_writable") == 0; }));
    EXPECT_EQ(metrics().value("stagedoor_database_up"), 1);
  }
  const Slowness slowness;
  std::this_thread::sleep_for(kRecoversWithin);
  std::this_thread::sleep_for(kRecoversWithin * (slowness.factor() - 1));
  const int refused = crowd.refused();
  const int sold = crowd.sold();
  EXPECT_EQ(send({.path = "/readyz"}).status, 200);
  ASSERT_TRUE(eventually(60s, [&] { return crowd.sold() > sold + 100; }));
  crowd.stop();
  EXPECT_EQ(crowd.refused(), refused) << "a process does not use the database that is well again";
  EXPECT_GT(reconnects(), reconnects_before);
  EXPECT_EQ(installation().processes(), processes);
}

TEST(AReadOnlyDatabase, EndsASweepWithAnErrorThatItPrints) {
  const ReadOnlyDatabase read_only(installation());
  const CommandResult result = installation().run({"sweep"});
  EXPECT_EQ(result.exit_code, 1) << result.err;
  const Json summary = Json::parse(result.out);
  EXPECT_EQ(summary["errors"].size(), 1U) << result.out;
}
