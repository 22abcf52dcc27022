// audit: checks every invariant of the product in the database, safe beside a running sale.
//
// Prints a line for each and up to ten rows that contradict it; exit code 0, or 1 when one is
// violated.
#include <cstdlib>
#include <iostream>

#include "base/log.h"
#include "endpoint/services.h"
#include "metrics/metrics.h"
#include "watch/audit.h"

int main() {
  using namespace stagedoor;
  log::set_handler("audit");
  Services services(load_config_or_exit());
  report_as("audit", services.config);
  int violated = 0;
  std::string names;
  try {
    for (const auto& finding : watch::audit(services.database)) {
      const bool holds = finding.violations.empty();
      violated += holds ? 0 : 1;
      if (!holds) names += (names.empty() ? "" : ", ") + finding.invariant;
      std::cout << (holds ? "OK        " : "VIOLATED  ") << finding.invariant << '\n';
      for (const std::string& violation : finding.violations) {
        std::cout << "            " << violation << '\n';
      }
    }
  } catch (const std::exception& e) {
    std::cerr << "audit: " << e.what() << '\n';
    return EXIT_FAILURE;
  }
  metrics::set(metrics::Gauge::kAuditViolations, violated);
  metrics::set_to_now(metrics::Gauge::kAuditedAt);
  if (violated > 0) log::event(log::Level::kCritical, "audit violation", names);
  return violated == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
