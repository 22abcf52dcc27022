#include "cache/versioned.h"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "base/encoding.h"
#include "cache/entry.h"

namespace stagedoor::cache {
namespace {

// Long enough to outlive every entry, short enough to be forgotten with its concert.
constexpr std::chrono::seconds kVersionExpiry{3'600};
// A builder that died blocks the others no longer than this. (1 would mean 0 to 1 second.)
constexpr std::chrono::seconds kLeaseExpiry{2};
// memcached's own expiry only frees memory; the age is checked by what the entry itself says.
constexpr std::chrono::seconds kEntryExpiry{60};
// Parts are read right after the entry that names them.
constexpr std::chrono::seconds kPartExpiry{10};
// memcached refuses values over 1 MiB.
constexpr std::size_t kPartBytes = 900'000;
// Until the content is built: a second process that builds it would take the time from the first.
constexpr std::chrono::milliseconds kWaitStep{4};
constexpr Micros kWaitFor = std::chrono::milliseconds{180};

std::string new_version() {
  thread_local std::mt19937_64 random{(static_cast<std::uint64_t>(std::random_device{}()) << 32) ^
                                      std::random_device{}()};
  const std::uint64_t bits = random();
  return to_hex({reinterpret_cast<const char*>(&bits), sizeof bits});
}

std::vector<std::string> part_keys(std::string_view name, std::int64_t count) {
  std::vector<std::string> keys;
  for (std::int64_t i = 0; i < count; ++i) {
    keys.push_back("p:" + std::string(name) + ":" + std::to_string(i));
  }
  return keys;
}

}  // namespace

struct Versioned::Lookup {
  std::optional<std::string> version = {};
  std::optional<std::string> content = {};
  Micros age = {};
};

std::optional<std::string> Versioned::join_parts(std::string_view name, std::int64_t count) {
  std::string content;
  for (const auto& part : memcached_.get(part_keys(name, count))) {
    if (!part) return std::nullopt;
    content += *part;
  }
  return content;
}

Versioned::Lookup Versioned::look_up(const std::string& version_key, const std::string& entry,
                                     Micros age_max, Time now) {
  auto values = memcached_.get({version_entry(version_key), "e:" + entry});
  Lookup lookup{.version = std::move(values[0])};
  if (!lookup.version || !values[1]) return lookup;
  const auto decoded = decode_entry(*values[1]);
  if (!decoded || decoded->version != *lookup.version) return lookup;
  lookup.age = now - decoded->built_at;
  if (!is_younger(decoded->built_at, now, age_max)) return lookup;
  lookup.content = decoded->parts == 0 ? std::string(decoded->content)
                                       : join_parts(decoded->content, decoded->parts);
  return lookup;
}

void Versioned::store(const std::string& entry, const std::string& version, Time built_at,
                      std::string_view content) {
  if (content.size() <= kPartBytes) {
    memcached_.set("e:" + entry, encode_entry({version, built_at, 0, content}), kEntryExpiry);
    return;
  }
  const auto parts = static_cast<std::int64_t>((content.size() + kPartBytes - 1) / kPartBytes);
  const std::string name = new_version();
  for (const std::string& key : part_keys(name, parts)) {
    memcached_.set(key, content.substr(0, kPartBytes), kPartExpiry);
    content.remove_prefix(std::min(kPartBytes, content.size()));
  }
  memcached_.set("e:" + entry, encode_entry({version, built_at, parts, name}), kEntryExpiry);
}

std::string Versioned::fetch(const std::string& version_key, const std::string& entry,
                             Micros age_max, Time now, const std::function<std::string()>& build) {
  const Micros started_at = monotonic_now();
  const auto database_now = [&] { return now + (monotonic_now() - started_at); };

  Lookup found = look_up(version_key, entry, age_max, now);
  if (found.content && found.age < age_max / 2) return std::move(*found.content);
  if (!found.version) {
    const std::string fresh = new_version();
    // No server, or another process was faster: build without storing.
    if (!memcached_.add(version_entry(version_key), fresh, kVersionExpiry)) return build();
    found.version = fresh;
  }

  const std::string lease = "l:" + entry;
  const bool leased = memcached_.add(lease, "1", kLeaseExpiry);
  if (!leased && found.content) return std::move(*found.content);
  const Micros waits_until = monotonic_now() + kWaitFor;
  while (!leased && monotonic_now() < waits_until) {
    std::this_thread::sleep_for(kWaitStep);
    Lookup again = look_up(version_key, entry, age_max, database_now());
    if (again.content) return std::move(*again.content);
    if (!again.version) break;
    found.version = again.version;
  }

  const Time built_at = database_now();
  std::string content = build();
  if (!content.empty()) store(entry, *found.version, built_at, content);
  if (leased) memcached_.remove(lease);
  return content;
}

bool Versioned::invalidate(const std::string& version_key) {
  return memcached_.set(version_entry(version_key), new_version(), kVersionExpiry);
}

}  // namespace stagedoor::cache
