#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <memory>
#include <set>
#include <thread>

#include "cache/memcached.h"
#include "cache/versioned.h"
#include "integration/memcached_server.h"
#include "support/concurrency.h"

namespace stagedoor::cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLong{100};
constexpr Micros kAgeMax = seconds{3};
constexpr Micros kSlowestCall = milliseconds{50};
constexpr milliseconds kUsedAgainWithin{5'000};
constexpr const char* kPrefix = "test:";

// Any instant: entries are as old as the caller's clock says.
Time now() { return system_now(); }

template <typename Call>
Micros time_of(const Call& call) {
  const Micros started_at = monotonic_now();
  call();
  return monotonic_now() - started_at;
}

// A server that was too slow for once is asked again when it is no longer left alone.
bool stored(Memcached& memcached, const std::string& key, const std::string& value) {
  return testing::eventually(kUsedAgainWithin, [&] { return memcached.set(key, value, kLong); });
}

class Cache : public ::testing::Test {
 protected:
  // What a reader gets, and how often it had to build.
  std::string fetch(const std::string& built, Time at = now()) {
    return versioned_.fetch("v", "entry", kAgeMax, at, [&] {
      ++builds_;
      return built;
    });
  }

  MemcachedServer server_;
  Memcached memcached_{{server_.path()}, kPrefix};
  Versioned versioned_{memcached_};
  int builds_ = 0;
};

using MemcachedTest = Cache;
using VersionedTest = Cache;

}  // namespace

TEST_F(MemcachedTest, GivesBackWhatWasStored) {
  EXPECT_EQ(memcached_.get("key"), std::nullopt);
  const std::string any_bytes("a\0\r\n b\xff", 7);
  EXPECT_TRUE(memcached_.set("key", any_bytes, kLong));
  EXPECT_EQ(memcached_.get("key"), any_bytes);
  EXPECT_TRUE(memcached_.set("key", "", kLong));
  EXPECT_EQ(memcached_.get("key"), "");
  EXPECT_TRUE(memcached_.remove("key"));
  EXPECT_EQ(memcached_.get("key"), std::nullopt);
  EXPECT_FALSE(memcached_.remove("key"));
}

TEST_F(MemcachedTest, GivesSeveralInTheOrderOfTheirKeys) {
  memcached_.set("a", "1", kLong);
  memcached_.set("c", "3", kLong);
  EXPECT_EQ(memcached_.get(std::vector<std::string>{"c", "b", "a"}),
            (std::vector<std::optional<std::string>>{"3", std::nullopt, "1"}));
}

TEST_F(MemcachedTest, AddsOnlyWhatIsNotThere) {
  EXPECT_TRUE(memcached_.add("key", "first", kLong));
  EXPECT_FALSE(memcached_.add("key", "second", kLong));
  EXPECT_EQ(memcached_.get("key"), "first");
}

TEST_F(MemcachedTest, KeepsInstallationsApart) {
  Memcached other({server_.path()}, "other:");
  memcached_.set("key", "mine", kLong);
  EXPECT_EQ(other.get("key"), std::nullopt);
}

TEST_F(MemcachedTest, RefusesAValueThatIsTooLargeAndGoesOn) {
  EXPECT_FALSE(memcached_.set("large", std::string(2'000'000, 'x'), kLong));
  EXPECT_TRUE(stored(memcached_, "small", "x"));
  EXPECT_EQ(memcached_.get("large"), std::nullopt);
}

TEST_F(MemcachedTest, MissesAKeyThatItCannotHoldAndGoesOn) {
  for (const std::string& key :
       {std::string("a b"), std::string("a\r\nflush_all"), std::string(), std::string(300, 'x'),
        std::string("a\0b", 3), std::string("\t")}) {
    memcached_.set("good", "x", kLong);
    const bool has_no_bytes = key.empty();  // with the prefix it is a key like any other
    EXPECT_EQ(memcached_.set(key, "y", kLong), has_no_bytes) << key;
    EXPECT_EQ(memcached_.add(key, "y", kLong), false) << key;
    EXPECT_EQ(memcached_.get(key).has_value(), has_no_bytes) << key;
    EXPECT_EQ(memcached_.remove(key), has_no_bytes) << key;
    EXPECT_EQ(memcached_.get("good"), "x") << key;
  }
}

// The library aborts the process when the answer to a SET is a late one to a GET.
TEST_F(MemcachedTest, StoresRightAfterAServerHung) {
  memcached_.set("a", "of a", kLong);
  for (int round = 0; round < 3; ++round) {
    server_.hang();
    EXPECT_EQ(memcached_.get(std::vector<std::string>{"a", "b"}),
              std::vector<std::optional<std::string>>(2));
    server_.go_on();
    ASSERT_TRUE(stored(memcached_, "b", "x"));
    EXPECT_EQ(memcached_.get("a"), "of a");
    ASSERT_TRUE(memcached_.remove("b"));
  }
}

TEST_F(MemcachedTest, NeverKeepsACallerWaitingForAServerThatHangs) {
  ASSERT_TRUE(memcached_.set("key", "x", kLong));
  server_.hang();
  Micros slowest{};
  Micros all{};
  for (int i = 0; i < 25; ++i) {
    for (const Micros took : {
             time_of([&] { EXPECT_EQ(memcached_.get("key"), std::nullopt); }),
             time_of([&] { EXPECT_FALSE(memcached_.set("key", "y", kLong)); }),
             time_of([&] { EXPECT_FALSE(memcached_.add("other", "y", kLong)); }),
             time_of([&] { EXPECT_FALSE(memcached_.remove("key")); }),
         }) {
      slowest = std::max(slowest, took);
      all += took;
    }
  }
  EXPECT_LE(slowest, kSlowestCall);
  EXPECT_LE(all, 4 * kSlowestCall) << "after the first failure nobody asks for a while";
  EXPECT_FALSE(memcached_.ping());
  server_.go_on();
  EXPECT_TRUE(testing::eventually(kUsedAgainWithin, [&] { return memcached_.ping(); }));
  EXPECT_TRUE(stored(memcached_, "key", "z"));
  EXPECT_EQ(memcached_.get("key"), "z");
}

TEST_F(MemcachedTest, AnswersToAnEarlierCallAreNotTakenForThoseToALaterOne) {
  memcached_.set("a", "of a", kLong);
  memcached_.set("b", "of b", kLong);
  server_.hang();
  EXPECT_EQ(memcached_.get("a"), std::nullopt);
  server_.go_on();
  EXPECT_TRUE(testing::eventually(kUsedAgainWithin, [&] {
    const auto b = memcached_.get("b");
    EXPECT_TRUE(!b || b == "of b") << *b;
    return b.has_value();
  }));
  EXPECT_EQ(memcached_.get("a"), "of a");
}

TEST_F(MemcachedTest, MissesWhileAServerIsDeadAndUsesItAgainWhenItIsBack) {
  memcached_.set("key", "x", kLong);
  server_.kill_now();
  for (int i = 0; i < 20; ++i) {
    EXPECT_LE(time_of([&] { EXPECT_EQ(memcached_.get("key"), std::nullopt); }), kSlowestCall);
    EXPECT_LE(time_of([&] { EXPECT_FALSE(memcached_.set("key", "y", kLong)); }), kSlowestCall);
  }
  EXPECT_FALSE(memcached_.ping());
  server_.start();
  EXPECT_TRUE(stored(memcached_, "key", "z"));
  EXPECT_EQ(memcached_.get("key"), "z");
  EXPECT_TRUE(memcached_.ping());
}

TEST(MemcachedPool, WithoutAServerEverythingMisses) {
  Memcached nobody({"/nonexistent/memcached.sock"}, kPrefix);
  EXPECT_EQ(nobody.get("key"), std::nullopt);
  EXPECT_FALSE(nobody.set("key", "x", kLong));
  EXPECT_FALSE(nobody.ping());
  Versioned versioned(nobody);
  EXPECT_EQ(versioned.fetch("v", "entry", kAgeMax, now(), [] { return "built"; }), "built");
  versioned.invalidate("v");
}

TEST(MemcachedPool, OfSeveralServersADeadOneMissesOnlyItsOwnKeys) {
  MemcachedServer servers[3];
  Memcached pool({servers[0].path(), servers[1].path(), servers[2].path()}, kPrefix);
  std::vector<std::string> keys;
  for (int i = 0; i < 100; ++i) keys.push_back("key" + std::to_string(i));
  for (const std::string& key : keys) ASSERT_TRUE(stored(pool, key, "of " + key));

  std::set<std::string> on_the_dead;
  {
    Memcached alone({servers[1].path()}, kPrefix);
    for (const std::string& key : keys) {
      if (alone.get(key)) on_the_dead.insert(key);
    }
  }
  ASSERT_GT(on_the_dead.size(), 5U);
  ASSERT_LT(on_the_dead.size(), 80U);
  servers[1].kill_now();

  for (int round = 0; round < 2; ++round) {
    for (const std::string& key : keys) {
      const auto expected = on_the_dead.contains(key) ? std::optional<std::string>{} : "of " + key;
      ASSERT_EQ(pool.get(key), expected) << key;
    }
    EXPECT_LE(time_of([&] {
                const auto values = pool.get(keys);
                for (std::size_t i = 0; i < keys.size(); ++i) {
                  EXPECT_EQ(values[i].has_value(), !on_the_dead.contains(keys[i])) << keys[i];
                }
              }),
              kSlowestCall);
  }
  // A key stays with its server: two processes never look for one key in two places.
  EXPECT_FALSE(pool.set(*on_the_dead.begin(), "moved", kLong));
  EXPECT_FALSE(pool.ping());

  servers[1].start();
  EXPECT_TRUE(testing::eventually(kUsedAgainWithin,
                                  [&] { return pool.set(*on_the_dead.begin(), "back", kLong); }));
  EXPECT_EQ(pool.get(*on_the_dead.begin()), "back");
}

TEST(MemcachedPool, KeepsKeysOfOneNameOnOneServer) {
  MemcachedServer servers[3];
  Memcached pool({servers[0].path(), servers[1].path(), servers[2].path()}, kPrefix);
  for (int line = 0; line < 30; ++line) {
    const std::string name = "{line:" + std::to_string(line) + "}";
    const std::vector<std::string> keys = {name, "changes:" + name, "left:" + name + ":7"};
    for (const std::string& key : keys) ASSERT_TRUE(pool.set(key, "x", kLong));
    int holders = 0;
    for (const MemcachedServer& server : servers) {
      Memcached alone({server.path()}, kPrefix);
      const auto values = alone.get(keys);
      const auto has = [](const auto& value) { return value.has_value(); };
      if (std::any_of(values.begin(), values.end(), has)) ++holders;
    }
    EXPECT_EQ(holders, 1) << name;
  }
}

TEST(MemcachedPool, OfSeveralServersThatHangTheOthersAreStillAsked) {
  MemcachedServer servers[4];
  Memcached pool({servers[0].path(), servers[1].path(), servers[2].path(), servers[3].path()},
                 kPrefix);
  std::vector<std::string> keys;
  for (int i = 0; i < 40; ++i) keys.push_back("key" + std::to_string(i));
  for (const std::string& key : keys) ASSERT_TRUE(stored(pool, key, "x"));
  std::set<std::string> answered;
  {
    Memcached alone({servers[3].path()}, kPrefix);
    for (const std::string& key : keys) {
      if (alone.get(key)) answered.insert(key);
    }
  }
  for (int i = 0; i < 3; ++i) servers[i].hang();
  for (int round = 0; round < 3; ++round) {
    EXPECT_LE(time_of([&] {
                const auto values = pool.get(keys);
                for (std::size_t i = 0; i < keys.size(); ++i) {
                  EXPECT_EQ(values[i].has_value(), answered.contains(keys[i])) << keys[i];
                }
              }),
              kSlowestCall);
  }
}

// Counted again and again it outlives the expiry of its beginning.
TEST_F(MemcachedTest, CountersExpireAfterTheLastCount) {
  ASSERT_TRUE(memcached_.increment("counter", seconds{2}));
  ASSERT_TRUE(memcached_.increment("counter", kLong));
  ASSERT_TRUE(memcached_.increment("once", seconds{2}));
  ASSERT_TRUE(testing::eventually(seconds{10}, [&] { return !memcached_.get("once"); }));
  EXPECT_EQ(memcached_.get("counter"), "2");
}

TEST_F(MemcachedTest, SetsOnlyWhatIsNewerHoweverManyTryAtOnce) {
  const auto replaces_with = [](int mine) {
    return [mine](const std::string& present) { return std::stoi(present) < mine; };
  };
  EXPECT_TRUE(memcached_.set_newer("key", "5", kLong, replaces_with(5)));
  EXPECT_FALSE(memcached_.set_newer("key", "4", kLong, replaces_with(4)));
  EXPECT_FALSE(memcached_.set_newer("key", "5", kLong, replaces_with(5)));
  EXPECT_TRUE(memcached_.set_newer("key", "6", kLong, replaces_with(6)));
  EXPECT_EQ(memcached_.get("key"), "6");
  testing::parallel(8, 8, [&](std::size_t me) {
    Memcached own({server_.path()}, kPrefix);
    for (int version = 7; version <= 300; ++version) {
      if (version % 8 != static_cast<int>(me)) continue;
      while (!own.set_newer("key", std::to_string(version), kLong, replaces_with(version)) &&
             std::stoi(*own.get("key")) < version) {
      }
    }
    return true;
  });
  EXPECT_EQ(memcached_.get("key"), "300");
}

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
  Memcached writer_memcached({server_.path()}, kPrefix);
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
  Memcached other_memcached({server_.path()}, kPrefix);
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
    versioned_.invalidate("v");  // nobody is there to hear it
    server_.start();
    Memcached other({server_.path()}, kPrefix);
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
  Memcached other_memcached({server_.path()}, kPrefix);
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
        std::make_unique<Memcached>(std::vector<std::string>{server_.path()}, kPrefix));
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
  versioned_.fetch("v", "another", kAgeMax, now(), [] { return "there is a version"; });
  ASSERT_TRUE(memcached_.add("l:entry", "1", kLong)) << "as if its owner had died";
  std::string content;
  EXPECT_LE(time_of([&] { content = fetch("built by another"); }), milliseconds{250});
  EXPECT_EQ(content, "built by another");
  EXPECT_EQ(fetch("never"), "built by another") << "what it built is served to all";
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
