// Servers that hang, are dead or were never there.
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "cache/versioned.h"
#include "integration/cache_fixture.h"

namespace stagedoor::cache {
namespace {

using std::chrono::milliseconds;

// As handlers wait, and what a call takes at most however many servers hang.
constexpr milliseconds kShort{25};
constexpr Micros kSlowestCall = 2 * kShort;
// How long is waited where a server hangs and afterwards is to answer.
constexpr milliseconds kHangs{200};

class MemcachedFaults : public ::testing::Test {
 protected:
  MemcachedServer server_;
  Memcached memcached_{{server_.path()}, kPrefix, kHangs};
};

}  // namespace

// The library aborts the process when the answer to a SET is a late one to a GET.
TEST_F(MemcachedFaults, AreStoredToRightAfterwards) {
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

TEST_F(MemcachedFaults, NeverKeepACallerWaiting) {
  Memcached memcached({server_.path()}, kPrefix, kShort);
  const auto slowest_of_many_calls = [&] {
    EXPECT_TRUE(stored(memcached, "key", "x"));
    server_.hang();
    Micros slowest{};
    for (int i = 0; i < 100; ++i) {
      slowest = std::max({slowest, time_of([&] { EXPECT_EQ(memcached.get("key"), std::nullopt); }),
                          time_of([&] { EXPECT_FALSE(memcached.set("key", "y", kLong)); }),
                          time_of([&] { EXPECT_FALSE(memcached.add("other", "y", kLong)); }),
                          time_of([&] { EXPECT_FALSE(memcached.remove("key")); })});
    }
    server_.go_on();
    return slowest;
  };
  const testing::Slowness slowness;
  EXPECT_LE(least_of(slowest_of_many_calls), kSlowestCall * slowness.factor());
}

TEST_F(MemcachedFaults, AreNotAskedForAWhile) {
  const auto time_of_many_calls = [&] {
    EXPECT_TRUE(stored(memcached_, "key", "x"));
    server_.hang();
    EXPECT_EQ(memcached_.get("key"), std::nullopt);
    const Micros took = time_of([&] {
      for (int i = 0; i < 100; ++i) EXPECT_FALSE(memcached_.set("key", "y", kLong));
    });
    EXPECT_FALSE(memcached_.ping());
    server_.go_on();
    return took;
  };
  const testing::Slowness slowness;
  EXPECT_LE(least_of(time_of_many_calls), kHangs / 2 * slowness.factor())
      << "which is less than one call takes";
  EXPECT_TRUE(testing::eventually(kUsedAgainWithin, [&] { return memcached_.ping(); }));
  EXPECT_TRUE(stored(memcached_, "key", "z"));
  EXPECT_EQ(memcached_.get("key"), "z");
}

TEST_F(MemcachedFaults, AnswersToAnEarlierCallAreNotTakenForThoseToALaterOne) {
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

TEST_F(MemcachedFaults, MissWhileAServerIsDeadAndUseItAgainWhenItIsBack) {
  memcached_.set("key", "x", kLong);
  server_.kill_now();
  const auto time_of_two_calls = [&] {
    return time_of([&] {
      EXPECT_EQ(memcached_.get("key"), std::nullopt);
      EXPECT_FALSE(memcached_.set("key", "y", kLong));
    });
  };
  const testing::Slowness slowness;
  EXPECT_LE(least_of(time_of_two_calls), kSlowestCall * slowness.factor());
  EXPECT_FALSE(memcached_.ping());
  server_.start();
  EXPECT_TRUE(stored(memcached_, "key", "z"));
  EXPECT_EQ(memcached_.get("key"), "z");
  EXPECT_TRUE(memcached_.ping());
}

TEST(MemcachedPool, WithoutAServerEverythingMisses) {
  Memcached nobody({"/nonexistent/memcached.sock"}, kPrefix, kShort);
  EXPECT_EQ(nobody.get("key"), std::nullopt);
  EXPECT_FALSE(nobody.set("key", "x", kLong));
  EXPECT_FALSE(nobody.ping());
  Versioned versioned(nobody);
  EXPECT_EQ(versioned.fetch("v", "entry", kLong, system_now(), [] { return "built"; }), "built");
  versioned.invalidate("v");
}

TEST(MemcachedPool, OfSeveralServersADeadOneMissesOnlyItsOwnKeys) {
  MemcachedServer servers[3];
  Memcached pool({servers[0].path(), servers[1].path(), servers[2].path()}, kPrefix, kPatience);
  std::vector<std::string> keys;
  for (int i = 0; i < 100; ++i) keys.push_back("key" + std::to_string(i));
  for (const std::string& key : keys) ASSERT_TRUE(stored(pool, key, "of " + key));

  std::set<std::string> on_the_dead;
  {
    Memcached alone({servers[1].path()}, kPrefix, kPatience);
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
  }
  const auto time_of_a_call = [&] {
    return time_of([&] {
      const auto values = pool.get(keys);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        EXPECT_EQ(values[i].has_value(), !on_the_dead.contains(keys[i])) << keys[i];
      }
    });
  };
  const testing::Slowness slowness;
  EXPECT_LE(least_of(time_of_a_call), kSlowestCall * slowness.factor());
  // A key stays with its server: two processes never look for one key in two places.
  EXPECT_FALSE(pool.set(*on_the_dead.begin(), "moved", kLong));
  EXPECT_FALSE(pool.ping());

  servers[1].start();
  EXPECT_TRUE(testing::eventually(kUsedAgainWithin,
                                  [&] { return pool.set(*on_the_dead.begin(), "back", kLong); }));
  EXPECT_EQ(pool.get(*on_the_dead.begin()), "back");
}

TEST(MemcachedPool, OfSeveralServersThatHangTheOthersAreStillAsked) {
  MemcachedServer servers[4];
  Memcached pool({servers[0].path(), servers[1].path(), servers[2].path(), servers[3].path()},
                 kPrefix, kHangs);
  std::vector<std::string> keys;
  for (int i = 0; i < 40; ++i) keys.push_back("key" + std::to_string(i));
  for (const std::string& key : keys) ASSERT_TRUE(stored(pool, key, "x"));
  std::set<std::string> answered;
  {
    Memcached alone({servers[3].path()}, kPrefix, kPatience);
    for (const std::string& key : keys) {
      if (alone.get(key)) answered.insert(key);
    }
  }
  for (int i = 0; i < 3; ++i) servers[i].hang();
  for (int round = 0; round < 3; ++round) {
    const testing::Slowness slowness;
    EXPECT_LE(time_of([&] {
                const auto values = pool.get(keys);
                for (std::size_t i = 0; i < keys.size(); ++i) {
                  EXPECT_EQ(values[i].has_value(), answered.contains(keys[i])) << keys[i];
                }
              }),
              2 * kHangs * slowness.factor());
  }
}

}  // namespace stagedoor::cache
