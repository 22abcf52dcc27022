// Faults while seats are sold: nothing that a client was told is lost or doubled, a client sees 503
// with Retry-After and nothing worse, and writes come back.
#include <cstdlib>
#include <iostream>
#include <memory>

#include "cluster/checker.h"
#include "cluster/crowd.h"
#include "cluster/site.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFans = 12;
// More than a fault can use: every visit of a fan takes one.
constexpr std::size_t kUsersPerOperation = 1;
constexpr std::size_t kUsersAtLeast = 3'000;
constexpr auto kStartsWithin = 60s;
constexpr auto kComesBackWithin = 60s;
constexpr auto kFaultLasts = 12s;
constexpr auto kSweepsEvery = 2s;
constexpr auto kLeavesWithin = 2s;

// Acknowledged operations that each fault sees at least. The whole matrix, 50,000 for an engine, is
// CLUSTER_OPERATIONS=6000.
std::size_t operations_per_fault() {
  const char* const wanted = std::getenv("CLUSTER_OPERATIONS");
  return wanted == nullptr ? 500 : std::stoul(wanted);
}

double seconds_between(Instant from, Instant to) {
  return std::chrono::duration<double>(to - from).count();
}

// The cluster and the site, for all tests of the binary. The first host is the shared installation.
class Stage : public ::testing::Environment {
 public:
  void SetUp() override {
    const char* const engine = std::getenv("CLUSTER_ENGINE");
    cluster_ = std::make_unique<Cluster>(engine == nullptr ? "galera" : engine);
    site_ = std::make_unique<Site>(*cluster_);
  }
  void TearDown() override {
    site_.reset();
    cluster_.reset();
  }
  [[nodiscard]] Cluster& cluster() const { return *cluster_; }
  [[nodiscard]] Site& site() const { return *site_; }

 private:
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<Site> site_;
};

Stage& stage() {
  // Owned by the framework, which ends it after the shared installation.
  static Stage* const stage = new Stage;
  return *stage;
}
[[maybe_unused]] const ::testing::Environment* const kStage =
    ::testing::AddGlobalTestEnvironment(&stage());

class Failover : public ::testing::Test {
 protected:
  // Sells, breaks something, sells on until writes are back and every client has had its way.
  void sell_through(const std::function<void()>& fault, const std::function<void()>& mend) {
    const std::size_t wanted = operations_per_fault();
    SellingCrowd crowd(history_, kFans,
                       new_users(std::max(kUsersAtLeast, wanted * kUsersPerOperation)));
    Background cron([] {
      stage().site().sweep_on_both();
      std::this_thread::sleep_for(kSweepsEvery);
    });
    wait_for_operations(wanted / 4, kStartsWithin);
    failed_at_ = Clock::now();
    fault();
    wait_for_operations(wanted / 4, kComesBackWithin);
    std::this_thread::sleep_for(failed_at_ + kFaultLasts - Clock::now());
    expect_no_session_elsewhere();
    mended_at_ = Clock::now();
    mend();
    wait_for_operations(wanted - std::min(wanted, history_.acknowledged()), kComesBackWithin * 60);
    crowd.stop();
    cron.stop();
    check(crowd.concerts());
  }

  void TearDown() override {
    // The next test begins with a whole cluster, whatever became of this one.
    stage().cluster().repair();
  }

  Cluster& cluster() { return stage().cluster(); }
  Site& site() { return stage().site(); }

  History history_;

 private:
  void wait_for_operations(std::size_t more, std::chrono::seconds within) {
    const std::size_t wanted = history_.acknowledged() + more;
    if (!eventually(within, [&] { return history_.acknowledged() >= wanted; })) {
      ADD_FAILURE() << "no writes for " << within.count() << " s";
    }
  }

  // Those on a node that may not be used would be handlers that are stuck there.
  void expect_no_session_elsewhere() {
    if (keeps_sessions_) return;
    const auto all_left = [&] {
      const int writer = cluster().writer();
      int left_behind = 0;
      for (int node = 1; node <= 3; ++node) {
        if (node != writer) left_behind += cluster().sessions_on(node);
      }
      return writer != 0 && left_behind == 0;
    };
    EXPECT_TRUE(eventually(kLeavesWithin, all_left)) << "sessions are left on another node";
  }

  void check(const std::vector<Json>& concerts) {
    cluster().repair();
    const Instant back_at = history_.writes_return_after(failed_at_);
    const std::vector<std::string> lost = contradictions(history_, cluster(), concerts);
    const std::size_t late = history_.failures_between(back_at + 10s, mended_at_);
    for (const std::string& violation : history_.violations()) ADD_FAILURE() << violation;
    for (const std::string& contradiction : lost) ADD_FAILURE() << contradiction;
    EXPECT_EQ(late, 0U) << "failures ten seconds after writes came back";
    expect_clean_audit();
    report(back_at, lost.size());
  }

  void report(Instant back_at, std::size_t lost) {
    std::size_t unknown = 0;
    for (const Operation& operation : history_.operations()) {
      unknown += operation.outcome == Operation::Outcome::kUnknown ? 1 : 0;
    }
    std::cout << cluster().engine() << ", "
              << ::testing::UnitTest::GetInstance()->current_test_info()->name() << ": "
              << history_.acknowledged() << " acknowledged, " << lost << " lost or doubled, "
              << unknown << " unknown, writes returned after "
              << seconds_between(failed_at_, back_at) << " s, "
              << history_.failures_between(failed_at_, back_at) << " failures until then, "
              << history_.failures_between(back_at, back_at + 2s) << " in the 2 s after, "
              << history_.failures_between(back_at + 2s, mended_at_) << " later, "
              << history_.failures_between(mended_at_, Clock::now()) << " after mending\n";
  }

 protected:
  bool keeps_sessions_ = false;

 private:
  Instant failed_at_;
  Instant mended_at_;
};

TEST_F(Failover, LosesNothingWhenTheWriterIsKilled) {
  const int writer = cluster().writer();
  sell_through([&] { cluster().kill(writer); }, [&] { cluster().repair(); });
}

TEST_F(Failover, LosesNothingWhenTheWriterStandsStillAndGoesOn) {
  const int writer = cluster().writer();
  sell_through([&] { cluster().freeze(writer); }, [&] { cluster().thaw(writer); });
}

TEST_F(Failover, LosesNothingWhenTheWriterIsCutOffFromAllOthers) {
  const int writer = cluster().writer();
  sell_through([&] { cluster().cut_off(writer); }, [&] { cluster().connect(writer); });
}

TEST_F(Failover, LosesNothingWhenTheWriterIsSwitched) {
  const int next = cluster().another_than(cluster().writer());
  sell_through([&] { cluster().switch_to(next); }, [] {});
}

TEST_F(Failover, LosesNothingWhenTheProxyIsStartedAnew) {
  sell_through(
      [&] {
        cluster().kill_proxy();
        cluster().repair();
      },
      [] {});
}

// The handlers themselves leave a node that has become read-only.
TEST_F(Failover, NeedsNoProxyThatEndsSessions) {
  keeps_sessions_ = true;
  cluster().kill_proxy();
  cluster().run_proxy_that_keeps_sessions();
  ASSERT_TRUE(eventually(10s, [&] { return cluster().writer() != 0; }));
  const int next = cluster().another_than(cluster().writer());
  sell_through([&] { cluster().switch_to(next); },
               [&] {
                 cluster().kill_proxy();
                 cluster().repair();
               });
}

TEST_F(Failover, LosesNothingWhenAnApplicationHostDies) {
  sell_through([&] { site().kill_host(2); }, [&] { site().start_host(2); });
}

TEST_F(Failover, LosesNothingWhenAMemcachedDiesAndComesBackEmpty) {
  sell_through([&] { site().kill_memcached(1); }, [&] { site().start_memcached(1); });
}

}  // namespace
