#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "cache/memcached.h"

namespace stagedoor::cache {

// Entries that a slow reader cannot spoil. Beside its content an entry holds the version that it
// was built under and the time; the version itself has a key of its own, and a writer replaces it
// after its commit. A reader takes the version before it reads the database, so that what it
// stores late carries the version of before and is never served.
//
// One version may cover many entries (all pages of a list).
class Versioned {
 public:
  explicit Versioned(Memcached& memcached) : memcached_(memcached) {}

  // The content of `entry`, at most `age_max` old at `now` (the database's time), from the cache or
  // from `build`. When half of that age is over the first to notice builds anew while the others
  // are still served. Of several that find nothing to serve one builds; the others wait briefly for
  // that, and then build their own. Empty content is not kept.
  std::string fetch(const std::string& version_key, const std::string& entry, Micros age_max,
                    Time now, const std::function<std::string()>& build);

  // REQUIRES: the change is committed. False when the cache did not take it: then readers may be
  // shown the old content until its age ends that.
  bool invalidate(const std::string& version_key);

  // Where memcached holds the version, for callers that only ask whether there is one.
  static std::string version_entry(const std::string& version_key) { return "v:" + version_key; }

 private:
  struct Lookup;
  Lookup look_up(const std::string& version_key, const std::string& entry, Micros age_max,
                 Time now);
  std::optional<std::string> join_parts(std::string_view name, std::int64_t count);
  void store(const std::string& entry, const std::string& version, Time built_at,
             std::string_view content);

  Memcached& memcached_;
};

}  // namespace stagedoor::cache
