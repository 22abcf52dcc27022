// expire_holds: one run of the sweep, for cron.
//
// Advances every line and tidies up what has ended, in bounded batches, and sends alerts to
// STAGEDOOR_ALERT_WEBHOOK. Housekeeping only: nothing is wrong while it does not run, and any
// number of them may run at once. Prints one JSON line; exit code 0, or 1 when something failed.
#include <cstdlib>
#include <iostream>

#include "base/log.h"
#include "endpoint/services.h"
#include "metrics/metrics.h"
#include "watch/alerts.h"
#include "watch/http_client.h"
#include "watch/outage.h"
#include "watch/sweep.h"

namespace stagedoor {
namespace {

// Empty when no address is configured.
watch::SendAlert webhook_of(const Config& config) {
  if (config.alert_webhook.empty()) return {};
  return
      [url = config.alert_webhook](const std::string& json) { return watch::post_json(url, json); };
}

watch::SweepSummary sweep(Services& services) {
  const watch::SendAlert send = webhook_of(services.config);
  watch::OutageWatch outage(services.config.home + "/run/database_outage");
  if (!outage.database_is_usable(services.database)) {
    outage.tell(send);
    return {.errors = {"the database does not answer, or takes no writes"}};
  }
  return watch::sweep(services.line_stores(), services.config.beacon_url, [&] {
    outage.settle(services.database);
    watch::collect_alerts(services.database, services.config.alert_directory());
    if (send) watch::send_alerts(services.database, send);
  });
}

watch::SweepSummary sweep_or_error(Services& services) {
  try {
    return sweep(services);
  } catch (const std::exception& e) {
    log::event(log::Level::kError, "the sweep broke off", e.what());
    return {.errors = {e.what()}};
  }
}

}  // namespace
}  // namespace stagedoor

int main() {
  using namespace stagedoor;
  log::set_handler("expire_holds");
  Services services(load_config_or_exit());
  report_as("expire_holds", services.config);
  const watch::SweepSummary summary = sweep_or_error(services);
  metrics::count(metrics::Counter::kSweeps);
  if (summary.errors.empty()) {
    metrics::set_to_now(metrics::Gauge::kSweptAt);
  } else {
    metrics::count(metrics::Counter::kSweepErrors);
  }
  std::cout << watch::summary_json(summary) << '\n';
  return summary.errors.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}
