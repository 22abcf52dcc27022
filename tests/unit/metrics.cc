#include "metrics/metrics.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "metrics/exposition.h"

namespace stagedoor {
namespace {

using metrics::Counter;

class Metrics : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "metricsXXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::vector<metrics::MappedPage> pages() const {
    return metrics::read_pages(directory_);
  }
  [[nodiscard]] std::uint64_t value(Counter counter) const {
    return pages().at(0).page->at(counter);
  }

  std::string directory_;
};

// Runs `work` in a process of its own, which ends without destructors; returns how waitpid saw it.
int in_a_process(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST_F(Metrics, OfProcessesThatWereKilledAreNotLost) {
  for (int process = 0; process < 3; ++process) {
    in_a_process([&] {
      metrics::open(directory_, "pay");
      metrics::count(Counter::kPayments);
      metrics::count(Counter::kPaidAmount, 100'000);
    });
  }
  EXPECT_EQ(value(Counter::kPayments), 3U);
  EXPECT_EQ(value(Counter::kPaidAmount), 300'000U);
}

TEST_F(Metrics, LoseNothingToProcessesThatCountAtOnce) {
  constexpr int kProcesses = 4;
  constexpr int kTimes = 50'000;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(fork());
    if (children.back() != 0) continue;
    metrics::open(directory_, "queue_position");
    for (int i = 0; i < kTimes; ++i) metrics::count_request("GET", 200, Micros{700});
    _exit(0);
  }
  for (const pid_t child : children) waitpid(child, nullptr, 0);

  ASSERT_EQ(pages().size(), 1U);
  const auto page = pages().front().page;
  const auto& requests = page->durations[index_of(metrics::Duration::kRequest)];
  EXPECT_EQ(page->requests[0][200 - metrics::kStatusMin], kProcesses * kTimes);
  EXPECT_EQ(requests.buckets[2], kProcesses * kTimes) << "between 500 and 1,000 us";
  EXPECT_EQ(requests.sum_us, 700U * kProcesses * kTimes);
}

TEST_F(Metrics, KeepEachDurationInTheBucketThatHoldsIt) {
  metrics::open(directory_, "pay");
  for (const int micros : {0, 250, 251, 5'000'000, 5'000'001}) {
    metrics::observe(metrics::Duration::kWait, Micros{micros});
  }
  const auto page = pages().at(0).page;
  const auto& buckets = page->durations[index_of(metrics::Duration::kWait)].buckets;
  EXPECT_EQ(buckets[0], 2U);
  EXPECT_EQ(buckets[1], 1U);
  EXPECT_EQ(buckets[buckets.size() - 2], 1U);
  EXPECT_EQ(buckets.back(), 1U);
}

TEST_F(Metrics, CountADeathOnceAndAnOrderlyEndNotAtAll) {
  const auto serve = [&] {
    metrics::open(directory_, "pay");
    const metrics::ServingProcess serving;
  };
  const auto die = [&] {
    metrics::open(directory_, "pay");
    const metrics::ServingProcess serving;
    raise(SIGKILL);
  };
  in_a_process(die);
  in_a_process(serve);
  in_a_process(serve);
  EXPECT_EQ(value(Counter::kProcessDeaths), 1U);
  EXPECT_EQ(value(Counter::kProcessStarts), 3U);
}

TEST_F(Metrics, GiveEveryProcessASlotOfItsOwn) {
  metrics::open(directory_, "pay");
  const metrics::ServingProcess first;
  const metrics::ServingProcess second;
  std::size_t taken = 0;
  const auto page = pages().at(0).page;
  for (const auto& slot : page->slots) {
    if (slot.process == 0) continue;
    ++taken;
    EXPECT_TRUE(metrics::ProcessName(slot.process).is_alive());
    EXPECT_GT(metrics::ProcessName(slot.process).resident_bytes(), 1 << 20);
  }
  EXPECT_EQ(taken, 2U);
}

// Whether a process at work for a second is all that there is.
bool is_all_that_there_is() {
  metrics::work_begins(monotonic_now() - std::chrono::seconds{1});
  return metrics::all_are_stuck(std::chrono::milliseconds{400});
}

TEST_F(Metrics, KnowWhenAllProcessesAreStuck) {
  const int alone = in_a_process([&] {
    metrics::open(directory_, "pay");
    const metrics::ServingProcess serving;
    _exit(is_all_that_there_is() ? 1 : 0);
  });
  EXPECT_EQ(WEXITSTATUS(alone), 1);
  const int without_a_page = in_a_process([&] {
    std::ofstream(directory_ + "/file") << "no directory";
    metrics::open(directory_ + "/file", "pay");
    const metrics::ServingProcess serving;
    _exit(is_all_that_there_is() ? 1 : 0);
  });
  ASSERT_TRUE(WIFEXITED(without_a_page));
  EXPECT_EQ(WEXITSTATUS(without_a_page), 0) << "the others cannot be seen, and may be idle";
}

TEST_F(Metrics, ReplaceWhatIsNoPageOfTheirs) {
  std::ofstream(directory_ + "/pay") << "something else";
  EXPECT_TRUE(pages().empty());
  metrics::open(directory_, "pay");
  metrics::count(Counter::kPayments);
  EXPECT_EQ(value(Counter::kPayments), 1U);
}

TEST_F(Metrics, StopNobodyWhenTheyCannotBeKept) {
  std::ofstream(directory_ + "/file") << "no folder";
  const int status = in_a_process([&] {
    metrics::open(directory_ + "/file/metrics", "pay");
    const metrics::ServingProcess serving;
    metrics::work_begins(Micros{1});
    metrics::count_request("GET", 200, Micros{1});
    _exit(7);
  });
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(AProcessName, IsNotThatOfALaterProcessWithTheSamePid) {
  const auto own = metrics::ProcessName::own();
  EXPECT_TRUE(own.is_alive());
  EXPECT_EQ(own.pid(), getpid());
  const metrics::ProcessName earlier(own.packed() - (std::uint64_t{1} << 22));
  EXPECT_EQ(earlier.pid(), getpid());
  EXPECT_FALSE(earlier.is_alive());
}

TEST(Exposition, WritesSecondsInDecimalsWithoutAnythingThatSaysNothing) {
  using namespace std::chrono_literals;
  for (const auto& [value, text] :
       {std::pair{Micros{0}, "0"}, std::pair{Micros{250us}, "0.00025"}, std::pair{Micros{1s}, "1"},
        std::pair{Micros{2'500ms}, "2.5"}, std::pair{Micros{-1'500ms}, "-1.5"}}) {
    metrics::Exposition exposition;
    EXPECT_EQ(exposition.gauge("lag_seconds", "How late", value).take(),
              "# HELP lag_seconds How late\n# TYPE lag_seconds gauge\nlag_seconds " +
                  std::string(text) + "\n");
  }
}

}  // namespace
}  // namespace stagedoor
