#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

// What all processes of one handler have counted, in a file that they map into their memory. They
// add to it with lock-free atomics, so that nothing has to be collected: a process that is killed
// takes nothing with it, and one that is started later goes on where the others are.
namespace stagedoor::metrics {

// How often something happened, or how much of it there was. The order is the layout of the file:
// a change of it needs a new kLayout.
enum class Counter : std::size_t {
  kProcessStarts,
  kProcessDeaths,  // ended without having been asked to
  kRequestsShed,   // refused because they had waited too long for a process
  kDatabaseErrors,
  kDatabaseConnects,
  kLockTimeouts,  // 1205
  kDeadlocks,     // 1213
  kTransactionRetries,
  kCommitsInDoubt,
  kCacheHits,  // of single keys
  kCacheMisses,
  kCacheErrors,
  kJoins,
  kAdmissions,
  kHolds,
  kCharges,
  kChargedAmount,
  kPayments,
  kPaidAmount,
  kRefunds,
  kRefundedAmount,
  kSweeps,
  kSweepErrors,
  kAlertsSent,
  kAlertErrors,
  kPasswordChecks,
  kCount
};

// How long something took.
enum class Duration : std::size_t {
  kRequest,
  kWait,      // from nginx to a process
  kDatabase,  // one statement, or one connect
  kCache,     // one round trip
  kCount
};

// Why a connection to the database was given up for another one; see db/error.h.
enum class Reconnect : std::size_t {
  kLost,         // it broke
  kShutdown,     // the server is about to end it
  kReadOnly,     // the server takes no writes
  kNotPrimary,   // the server is cut off from its cluster
  kCommitFailed  // what the server has done with a commit is unknown
};
inline constexpr std::array kReconnectTexts = {"lost", "shutdown", "read_only", "not_primary",
                                               "commit_failed"};

// Something of the last time: an instant in milliseconds since 1970, or a number; 0 when it never
// happened.
enum class Gauge : std::size_t { kSweptAt, kAuditedAt, kAuditViolations, kWrittenAt, kCount };

template <typename Name>
constexpr std::size_t index_of(Name name) {
  return static_cast<std::size_t>(name);
}

inline constexpr std::array kMethods = {"GET", "HEAD", "POST", "PATCH", "DELETE", "other"};
inline constexpr int kStatusMin = 100;
inline constexpr std::size_t kStatuses = 500;

// Upper bounds in microseconds; one more bucket takes what is longer.
inline constexpr std::array<std::int64_t, 14> kBucketBounds = {
    250,    500,     1'000,   2'500,   5'000,     10'000,    25'000,
    50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000};

using Number = std::atomic<std::uint64_t>;
// Processes on other cores add to the same numbers: no lock, which a killed one would leave taken.
static_assert(Number::is_always_lock_free);

struct Histogram {
  std::array<Number, kBucketBounds.size() + 1> buckets;
  Number sum_us;
};

// One running process. Lines of their own in the processors' caches.
struct alignas(64) Slot {
  Number process;     // see ProcessName; 0: free
  Number busy_since;  // monotonic microseconds at which its present request began; 0: it has none
};

inline constexpr std::uint64_t kLayout = 0x5344'6d65'7472'0002;  // "SDmetr" and a number
// Twice the most processes that a handler may have, for the time in which it is replaced.
inline constexpr std::size_t kSlots = 128;

struct Page {
  Number layout;
  std::array<Number, index_of(Counter::kCount)> counters;
  std::array<Number, index_of(Gauge::kCount)> gauges;
  std::array<Number, kReconnectTexts.size()> reconnects;
  std::array<Histogram, index_of(Duration::kCount)> durations;
  std::array<std::array<Number, kStatuses>, kMethods.size()> requests;
  std::array<Slot, kSlots> slots;

  [[nodiscard]] std::uint64_t at(Counter counter) const {
    return counters[index_of(counter)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t at(Gauge gauge) const {
    return gauges[index_of(gauge)].load(std::memory_order_relaxed);
  }
};

// A page for writing, made when there is none yet or one of another layout. It stays mapped for
// ever. nullptr when that cannot be done, and then why.
Page* map_page(const std::string& directory, std::string_view handler, std::string& problem);

// A page for reading.
struct MappedPage {
  std::string handler;
  std::shared_ptr<const Page> page;
};

// The pages of all handlers, by name. Files of another layout or size are left out.
std::vector<MappedPage> read_pages(const std::string& directory);

// A process as one number: its pid, and when it was started, as a pid is given out again.
class ProcessName {
 public:
  static ProcessName own();
  explicit ProcessName(std::uint64_t packed) : packed_(packed) {}

  [[nodiscard]] std::uint64_t packed() const { return packed_; }
  [[nodiscard]] int pid() const;
  [[nodiscard]] bool is_alive() const;
  // Resident memory; 0 when it is gone.
  [[nodiscard]] std::int64_t resident_bytes() const;

 private:
  std::uint64_t packed_;
};

}  // namespace stagedoor::metrics
