// What a client of servers that are there gets from them.
#include "cache/memcached.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "integration/cache_fixture.h"

namespace stagedoor::cache {
namespace {

using std::chrono::seconds;

using MemcachedTest = Cache;

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
  Memcached other({server_.path()}, "other:", kPatience);
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
    Memcached own({server_.path()}, kPrefix, kPatience);
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

TEST(MemcachedPool, KeepsKeysOfOneNameOnOneServer) {
  MemcachedServer servers[3];
  Memcached pool({servers[0].path(), servers[1].path(), servers[2].path()}, kPrefix, kPatience);
  for (int line = 0; line < 30; ++line) {
    const std::string name = "{line:" + std::to_string(line) + "}";
    const std::vector<std::string> keys = {name, "changes:" + name, "left:" + name + ":7"};
    for (const std::string& key : keys) ASSERT_TRUE(pool.set(key, "x", kLong));
    int holders = 0;
    for (const MemcachedServer& server : servers) {
      Memcached alone({server.path()}, kPrefix, kPatience);
      const auto values = alone.get(keys);
      const auto has = [](const auto& value) { return value.has_value(); };
      if (std::any_of(values.begin(), values.end(), has)) ++holders;
    }
    EXPECT_EQ(holders, 1) << name;
  }
}

}  // namespace stagedoor::cache
