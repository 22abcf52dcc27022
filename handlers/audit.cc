// audit [--since] [--json]: checks every invariant of the product in the database, safe beside a
// running sale.
//
// Prints up to ten rows that contradict an invariant as they are found, and at the end a line for
// each that holds. --since looks at what can have changed since the last audit that found nothing;
// --json prints one line. Exit code 0: all hold; 1: one is violated; 2: it could not finish.
#include <iostream>
#include <string_view>

#include "base/log.h"
#include "db/stop_on_signal.h"
#include "endpoint/services.h"
#include "metrics/metrics.h"
#include "watch/audit_report.h"

namespace stagedoor {
namespace {

constexpr int kClean = 0;
constexpr int kViolated = 1;
constexpr int kUnfinished = 2;

// Of a slice, which takes a tenth of a second where the tables are in memory.
constexpr std::chrono::seconds kStatementMax{60};

int run_audit(const Config& config, bool since_last, bool json) {
  watch::AuditReport report(json);
  watch::AuditOptions options;
  options.since_last = since_last;
  options.tell = [&](auto invariant, const std::string& row) { report.tell(invariant, row); };
  options.progress = [&](auto what, std::int64_t rows) { report.progress(what, rows); };
  watch::AuditResult result;
  std::string error;
  try {
    db::Connection database(config.database, kStatementMax);
    const db::StopOnSignal signals(database, config.database);
    options.stopped = [&] { return signals.stopped(); };
    result = watch::audit(database, options);
  } catch (const std::exception& e) {
    error = e.what();
    std::cerr << "audit: not finished: " << error << '\n';
  }
  report.finish(result, error);
  if (error.empty()) {
    metrics::set(metrics::Gauge::kAuditViolations, report.violated());
    metrics::set_to_now(metrics::Gauge::kAuditedAt);
  }
  if (report.violated() > 0) {
    log::event(log::Level::kCritical, "audit violation", report.violated_names());
    return kViolated;
  }
  return error.empty() ? kClean : kUnfinished;
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  using namespace stagedoor;
  bool since_last = false;
  bool json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    since_last = since_last || option == "--since";
    json = json || option == "--json";
    if (option != "--since" && option != "--json") {
      std::cerr << "usage: audit [--since] [--json]\n";
      return kUnfinished;
    }
  }
  const Config config = load_config_or_exit(kUnfinished);
  report_as("audit", config);
  return run_audit(config, since_last, json);
}
