#include "cache/versioned.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <thread>

#include "integration/cache_fixture.h"

namespace stagedoor::cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Micros kAgeMax = seconds{3};

// Any instant: entries are as old as the caller's clock says.
Time now() { return system_now(); }

class VersionedTest : public Cache {
 protected:
  // What a reader gets, and how often it had to build.
  std::string fetch(const std::string& built, Time at = now()) {
    return versioned_.fetch("v", "entry", kAgeMax, at, [&] {
      ++builds_;
      return built;
    });
  }

  Versioned versioned_{memcached_};
  int builds_ = 0;
};

}  // namespace

TEST_F(VersionedTest, IsBuiltOnceAndThenServed) {
  EXPECT_EQ(fetch("one"), "one");
  EXPECT_EQ(fetch("two"), "one");
  EXPECT_EQ(builds_, 1);
}

TEST_F(VersionedTest, KeepsAnyContent) {
  const std::string content("\0 1 2 \r\n", 8);
  EXPECT_EQ(fetch(content), content);
  EXPECT_EQ(fetch("other"), content);
}

TEST_F(VersionedTest, IsBuiltAgainAfterAChange) {
  fetch("one");
  versioned_.invalidate("v");
  EXPECT_EQ(fetch("two"), "two");
  EXPECT_EQ(fetch("three"), "two");
}

TEST_F(VersionedTest, AChangeOfOneVersionLeavesOthersAlone) {
  fetch("one");
  versioned_.invalidate("another");
  EXPECT_EQ(fetch("two"), "one");
}

TEST_F(VersionedTest, OneVersionCoversManyEntries) {
  const auto fetch_page = [&](const std::string& page, const std::string& built) {
    return versioned_.fetch("list", page, kAgeMax, now(), [&] { return built; });
  };
  fetch_page("page1", "old");
  fetch_page("page2", "old");
  versioned_.invalidate("list");
  EXPECT_EQ(fetch_page("page1", "new"), "new");
  EXPECT_EQ(fetch_page("page2", "new"), "new");
}

// The reader has read the database when the writer commits, and stores what it read only then.
TEST_F(VersionedTest, ASlowReaderCannotUndoAChange) {
  Memcached writer_memcached({server_.path()}, kPrefix, kPatience);
  Versioned writer(writer_memcached);
  std::string truth = "before";
  const std::string slow = versioned_.fetch("v", "entry", kAgeMax, now(), [&] {
    const std::string read = truth;
    truth = "after";
    writer.invalidate("v");
    return read;
  });
  EXPECT_EQ(slow, "before") << "which was true when it began";
  const auto next = [&] {
    return versioned_.fetch("v", "entry", kAgeMax, now(), [&] { return truth; });
  };
  EXPECT_EQ(next(), "after");
  EXPECT_EQ(next(), "after");
}

// The same while a second reader builds the new content before the first one stores the old.
TEST_F(VersionedTest, ASlowReaderThatStoresLastIsNotServedEither) {
  std::string truth = "before";
  Memcached other_memcached({server_.path()}, kPrefix, kPatience);
  Versioned other(other_memcached);
  const auto read_truth = [&] { return truth; };
  versioned_.fetch("v", "entry", kAgeMax, now(), [&] {
    const std::string read = truth;
    truth = "after";
    other.invalidate("v");
    EXPECT_EQ(other.fetch("v", "entry", kAgeMax, now(), read_truth), "after");
    return read;
  });
  EXPECT_EQ(other.fetch("v", "entry", kAgeMax, now(), read_truth), "after");
  EXPECT_EQ(versioned_.fetch("v", "entry", kAgeMax, now(), read_truth), "after");
}

// The server lost everything between the reader's look and its store.
TEST_F(VersionedTest, ASlowReaderIsNotServedAfterARestartOfTheServer) {
  std::string truth = "before";
  const auto read_truth = [&] { return truth; };
  versioned_.fetch("v", "entry", kAgeMax, now(), [&] {
    const std::string read = truth;
    truth = "after";
    server_.kill_now();
    versioned_.invalidate("v");  // no server hears it
    server_.start();
    Memcached other({server_.path()}, kPrefix, kPatience);
    EXPECT_EQ(Versioned(other).fetch("v", "entry", kAgeMax, now(), read_truth), "after");
    return read;
  });
  EXPECT_EQ(versioned_.fetch("v", "entry", kAgeMax, now(), read_truth), "after");
}

TEST_F(VersionedTest, IsBuiltAnewWhenHalfOfItsAgeIsOver) {
  const Time built_at = now();
  fetch("one", built_at);
  EXPECT_EQ(fetch("two", built_at + kAgeMax / 2 - milliseconds{500}), "one");
  EXPECT_EQ(fetch("three", built_at + kAgeMax / 2 + milliseconds{500}), "three");
  EXPECT_EQ(fetch("four", built_at + kAgeMax / 2 + milliseconds{500}), "three");
}

TEST_F(VersionedTest, IsServedToOthersWhileOneBuildsItAnew) {
  const Time built_at = now();
  fetch("one", built_at);
  const Time later = built_at + kAgeMax - milliseconds{500};
  Memcached other_memcached({server_.path()}, kPrefix, kPatience);
  const auto build = [&] {
    EXPECT_EQ(Versioned(other_memcached).fetch("v", "entry", kAgeMax, later, [] { return "x"; }),
              "one");
    return "two";
  };
  EXPECT_EQ(versioned_.fetch("v", "entry", kAgeMax, later, build), "two");
  EXPECT_EQ(fetch("three", later), "two");
}

TEST_F(VersionedTest, IsNeverServedOlderThanItMayBe) {
  const Time built_at = now();
  fetch("one", built_at);
  ASSERT_TRUE(memcached_.add("l:entry", "1", kLong)) << "as if another were building it anew";
  EXPECT_EQ(fetch("two", built_at + kAgeMax - milliseconds{500}), "one");
  EXPECT_EQ(fetch("three", built_at + kAgeMax + milliseconds{500}), "three");
}

TEST_F(VersionedTest, MayBeLargerThanWhatMemcachedTakesAtOnce) {
  std::string large;
  while (large.size() < 5'000'000) large += std::to_string(large.size()) + ' ';
  EXPECT_EQ(fetch(large), large);
  EXPECT_EQ(fetch("another"), large);
  versioned_.invalidate("v");
  EXPECT_EQ(fetch("small"), "small");
}

TEST_F(VersionedTest, IsBuiltAgainWhenAPartOfItIsLost) {
  const std::string large(3'000'000, 'x');
  fetch(large);
  const auto name_of_parts = [&] {
    const std::string entry = *memcached_.get("e:entry");
    return entry.substr(entry.rfind(' ') + 1);
  };
  ASSERT_TRUE(memcached_.remove("p:" + name_of_parts() + ":1"));
  EXPECT_EQ(fetch("built again"), "built again");
}

TEST_F(VersionedTest, IsNotKeptWhenItIsEmpty) {
  EXPECT_EQ(fetch(""), "");
  EXPECT_EQ(fetch("something"), "something");
}

// Its content may be as old as the begin of the read that it comes from.
TEST_F(VersionedTest, IsAsOldAsTheBeginOfItsBuild) {
  const Time began_at = now();
  versioned_.fetch("v", "entry", kAgeMax, began_at, [] {
    std::this_thread::sleep_for(milliseconds{300});
    return "slow";
  });
  EXPECT_EQ(fetch("new", began_at + kAgeMax + milliseconds{150}), "new");
}

// Who waits gives up after a while, which on a machine that is short of processors may be before
// the builder got one: then the next round tells.
TEST_F(VersionedTest, OfSixteenThatMissOneBuildsAndTheOthersWaitForIt) {
  constexpr std::size_t kReaders = 16;
  constexpr int kRounds = 5;
  std::vector<std::unique_ptr<Memcached>> connections;
  for (std::size_t i = 0; i < kReaders; ++i) {
    connections.push_back(
        std::make_unique<Memcached>(std::vector<std::string>{server_.path()}, kPrefix, kPatience));
    ASSERT_TRUE(testing::eventually(kUsedAgainWithin, [&] { return connections[i]->ping(); }));
  }
  int builds_of_all = 0;
  for (int round = 0; round < kRounds && builds_of_all != 1; ++round) {
    const std::string entry = "entry" + std::to_string(round);
    fetch("there is a version");
    std::latch together(kReaders);
    std::atomic<int> builds{0};
    const auto contents = testing::parallel(kReaders, kReaders, [&](std::size_t me) {
      together.arrive_and_wait();
      return Versioned(*connections[me]).fetch("v", entry, kAgeMax, now(), [&] {
        ++builds;
        std::this_thread::sleep_for(milliseconds{15});
        return "built";
      });
    });
    for (const std::string& content : contents) EXPECT_EQ(content, "built");
    builds_of_all = builds;
  }
  EXPECT_EQ(builds_of_all, 1);
}

TEST_F(VersionedTest, ABuilderThatDiedHoldsUpTheOthersOnlyBriefly) {
  fetch("there is a version");
  int entries = 0;
  const auto time_of_one_held_up = [&] {
    const std::string entry = "of_the_dead" + std::to_string(++entries);
    const auto fetch_it = [&](const char* built) {
      return versioned_.fetch("v", entry, kAgeMax, now(), [&] { return built; });
    };
    EXPECT_TRUE(memcached_.add("l:" + entry, "1", kLong)) << "as if its owner had died";
    const Micros took =
        time_of([&] { EXPECT_EQ(fetch_it("built by another"), "built by another"); });
    EXPECT_EQ(fetch_it("never"), "built by another") << "what it built is served to all";
    return took;
  };
  const testing::Slowness slowness;
  EXPECT_LE(least_of(time_of_one_held_up), milliseconds{250} * slowness.factor());
}

TEST_F(VersionedTest, AFailedBuildIsNotStoredAndReachesItsCaller) {
  EXPECT_THROW(versioned_.fetch("v", "entry", kAgeMax, now(),
                                []() -> std::string { throw std::runtime_error("no database"); }),
               std::runtime_error);
  EXPECT_EQ(fetch("one"), "one");
  EXPECT_EQ(fetch("two"), "one");
}

TEST_F(VersionedTest, AChangeWithoutAServerIsSeenAtTheLatestWhenTheEntryIsTooOld) {
  const Time built_at = now();
  fetch("before", built_at);
  server_.hang();
  versioned_.invalidate("v");
  server_.go_on();
  ASSERT_TRUE(testing::eventually(kUsedAgainWithin, [&] { return memcached_.ping(); }));
  EXPECT_EQ(fetch("after", built_at + kAgeMax + milliseconds{500}), "after");
}

}  // namespace stagedoor::cache
