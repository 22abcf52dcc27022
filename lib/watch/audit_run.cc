#include "watch/audit_run.h"

#include <algorithm>
#include <thread>

namespace stagedoor::watch {
namespace {

constexpr std::size_t kViolationsMax = 10;

// A sale goes on where a line was looked at a moment ago.
constexpr const char* kIsSelling =
    "SELECT EXISTS (SELECT 1 FROM queues WHERE snapshot_at > SYSDATE(6) - INTERVAL 10 SECOND)";
constexpr Micros kLookForSaleEvery = std::chrono::seconds{1};
// Beside a sale it works a tenth of the time, but for its first moments, in which most are done.
constexpr Micros kWithoutRest = std::chrono::milliseconds{500};
constexpr int kRests = 9;
constexpr Micros kNap = std::chrono::milliseconds{50};

}  // namespace

void AuditRun::violated(Invariant invariant, const std::string& row) {
  auto& rows = result_.violations[invariant];
  if (rows.size() == kViolationsMax || std::find(rows.begin(), rows.end(), row) != rows.end()) {
    return;
  }
  rows.push_back(row);
  if (options_.tell) options_.tell(invariant, row);
}

void AuditRun::check(Invariant invariant, db::Rows rows) {
  while (rows.next()) {
    std::string row;
    rows.read(row);
    violated(invariant, row);
  }
}

Micros AuditRun::begin_slice() {
  if (options_.stopped()) throw AuditStopped("stopped by a signal");
  return monotonic_now();
}

void AuditRun::end_slice(std::string_view what, std::int64_t rows, Micros began_at) {
  rows_ += rows;
  if (options_.progress) options_.progress(what, rows_);
  rest(monotonic_now() - began_at);
}

void AuditRun::rest(Micros worked) {
  worked_ += worked;
  if (worked_ < kWithoutRest || !is_selling()) return;
  const Micros until = monotonic_now() + worked * kRests;
  for (Micros left = until - monotonic_now(); left > Micros{0} && !options_.stopped();
       left = until - monotonic_now()) {
    std::this_thread::sleep_for(std::min(left, kNap));
  }
}

bool AuditRun::is_selling() {
  if (looked_at_ == Micros{} || monotonic_now() - looked_at_ > kLookForSaleEvery) {
    database_.query(kIsSelling).read_first(selling_);
    looked_at_ = monotonic_now();
  }
  return selling_;
}

}  // namespace stagedoor::watch
