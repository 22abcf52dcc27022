// expire_holds: one run of the sweep, for cron.
//
// Advances every line and tidies up what has ended, in bounded batches. Housekeeping only: nothing
// is wrong while it does not run, and any number of them may run at once. Prints one JSON line;
// exit code 0, or 1 when something failed.
#include <cstdlib>
#include <iostream>

#include "base/log.h"
#include "endpoint/endpoint.h"
#include "operations/sweep.h"

int main() {
  using namespace stagedoor;
  log::set_handler("expire_holds");
  Services services(load_config_or_exit());
  const operations::SweepSummary summary = operations::sweep(services.waiting_room());
  std::cout << operations::summary_json(summary) << '\n';
  return summary.errors.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}
