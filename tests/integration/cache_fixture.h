#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "base/clock.h"
#include "cache/memcached.h"
#include "integration/memcached_server.h"
#include "support/concurrency.h"
#include "support/slowness.h"

namespace stagedoor::cache {

inline constexpr std::chrono::seconds kLong{100};
inline constexpr const char* kPrefix = "test:";

// What is waited for a server that is there: a processor that is taken away for a while must not
// look like a server that hangs. Tests of such servers say themselves how long they wait.
inline constexpr std::chrono::milliseconds kPatience{2'000};
inline constexpr std::chrono::milliseconds kUsedAgainWithin{5'000};

// A server and a client of it.
class Cache : public ::testing::Test {
 protected:
  MemcachedServer server_;
  Memcached memcached_{{server_.path()}, kPrefix, kPatience};
};

// A server that failed is asked again when it is no longer left alone.
inline bool stored(Memcached& memcached, const std::string& key, const std::string& value) {
  return testing::eventually(kUsedAgainWithin, [&] { return memcached.set(key, value, kLong); });
}

template <typename Call>
Micros time_of(const Call& call) {
  const Micros started_at = monotonic_now();
  call();
  return monotonic_now() - started_at;
}

// The least of a few measurements: whatever else runs on the machine only adds to one.
template <typename Measure>
Micros least_of(const Measure& measure) {
  constexpr int kTries = 5;
  Micros least = measure();
  for (int i = 1; i < kTries; ++i) least = std::min(least, measure());
  return least;
}

}  // namespace stagedoor::cache
