#include "cache/versioned.h"

#include <charconv>
#include <optional>
#include <random>
#include <thread>

#include "base/encoding.h"

namespace stagedoor::cache {
namespace {

// Long enough to outlive every entry, short enough to be forgotten with its concert.
constexpr std::chrono::seconds kVersionExpiry{3'600};
// A builder that died blocks the others no longer than this. (1 would mean 0 to 1 second.)
constexpr std::chrono::seconds kLeaseExpiry{2};
// memcached's own expiry only frees memory; the age is checked by what the entry itself says.
constexpr std::chrono::seconds kEntryExpiry{60};
constexpr std::chrono::milliseconds kWaitStep{4};
constexpr int kWaitSteps = 12;

std::string new_version() {
  static std::mt19937_64 random{(static_cast<std::uint64_t>(std::random_device{}()) << 32) ^
                                std::random_device{}()};
  const std::uint64_t bits = random();
  return to_hex({reinterpret_cast<const char*>(&bits), sizeof bits});
}

// "<version> <microseconds> <content>"
std::string encode(const std::string& version, Time built_at, std::string_view content) {
  std::string text = version + " " + std::to_string(built_at.time_since_epoch().count()) + " ";
  text += content;
  return text;
}

struct Decoded {
  std::string_view version;
  Time built_at;
  std::string_view content;
};

std::optional<Decoded> decode(std::string_view text) {
  const auto first = text.find(' ');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = text.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto micros = parse_integer(text.substr(first + 1, second - first - 1));
  if (!micros) return std::nullopt;
  return Decoded{text.substr(0, first), Time{Micros{*micros}}, text.substr(second + 1)};
}

}  // namespace

struct Versioned::Lookup {
  std::optional<std::string> version;
  std::optional<std::string> content;
};

Versioned::Lookup Versioned::look_up(const std::string& version_key, const std::string& entry,
                                     Micros age_max, Time now) {
  auto values = memcached_.get({version_entry(version_key), "e:" + entry});
  Lookup lookup{std::move(values[0]), std::nullopt};
  if (!lookup.version || !values[1]) return lookup;
  const auto decoded = decode(*values[1]);
  if (decoded && decoded->version == *lookup.version && now - decoded->built_at <= age_max) {
    lookup.content = std::string(decoded->content);
  }
  return lookup;
}

std::string Versioned::fetch(const std::string& version_key, const std::string& entry,
                             Micros age_max, Time now, const std::function<std::string()>& build) {
  const Micros started_at = monotonic_now();
  const auto database_now = [&] { return now + (monotonic_now() - started_at); };

  Lookup found = look_up(version_key, entry, age_max, now);
  if (found.content) return std::move(*found.content);
  if (!found.version) {
    const std::string fresh = new_version();
    // No server, or another process was faster: build without storing.
    if (!memcached_.add(version_entry(version_key), fresh, kVersionExpiry)) return build();
    found.version = fresh;
  }

  const std::string lease = "l:" + entry;
  const bool leased = memcached_.add(lease, "1", kLeaseExpiry);
  for (int step = 0; !leased && step < kWaitSteps; ++step) {
    std::this_thread::sleep_for(kWaitStep);
    Lookup again = look_up(version_key, entry, age_max, database_now());
    if (again.content) return std::move(*again.content);
    if (!again.version) break;
    found.version = again.version;
  }

  const Time built_at = database_now();
  std::string content = build();
  memcached_.set("e:" + entry, encode(*found.version, built_at, content), kEntryExpiry);
  if (leased) memcached_.remove(lease);
  return content;
}

bool Versioned::invalidate(const std::string& version_key) {
  return memcached_.set(version_entry(version_key), new_version(), kVersionExpiry);
}

}  // namespace stagedoor::cache
