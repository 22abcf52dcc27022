// GET /metrics
//
// 200: counters, durations and processes of all handlers, and how the business stands, in
//     Prometheus' text format 0.0.4. What the database knows is at most some seconds old, and left
//     out while it does not answer. nginx answers requests from this host alone.
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "endpoint/endpoint.h"
#include "metrics/exposition.h"
#include "watch/gauges.h"

namespace stagedoor {
namespace {

void write_gauges(metrics::Exposition& text, const watch::Gauges& gauges) {
  const bool is_usable = gauges.database == db::ServerState::kUsable;
  text.gauge("stagedoor_database_up", "Whether the database answers",
             std::int64_t{gauges.database != db::ServerState::kDown});
  text.gauge("stagedoor_database_writable", "Whether the database takes writes",
             std::int64_t{is_usable});
  if (!is_usable) return;
  text.gauge("stagedoor_waiting", "People who wait in all lines", gauges.waiting);
  text.gauge("stagedoor_active", "People who are let in", gauges.active);
  text.gauge("stagedoor_lines", "Lines that are not empty", gauges.lines);
  text.gauge("stagedoor_open_holds", "Reservations that are held", gauges.open_holds);
  text.gauge("stagedoor_alerts_unsent", "Alerts that wait to be sent", gauges.unsent_alerts);
  text.family("stagedoor_database_row_lock_waits_total", "counter",
              "Waits for row locks in the database server")
      .sample({}, gauges.row_lock_waits);
  text.family("stagedoor_database_row_lock_wait_seconds_total", "counter",
              "Time of the waits for row locks in the database server")
      .sample({}, gauges.row_lock_wait_time);
  if (gauges.seats) {
    text.family("stagedoor_seats", "gauge", "Seats of all dates to come")
        .sample({{"status", "AVAILABLE"}}, gauges.seats->available)
        .sample({{"status", "HELD"}}, gauges.seats->held)
        .sample({{"status", "SOLD"}}, gauges.seats->sold);
  }
  if (gauges.estimated_wait_error) {
    text.gauge("stagedoor_estimated_wait_error_seconds",
               "How much longer the estimated waits were than the true ones",
               *gauges.estimated_wait_error);
  }
}

http::Response metrics_response(Services& services, watch::GaugeReader& gauges) {
  const auto pages = metrics::read_pages(services.config.metrics_directory());
  const auto sockets = metrics::socket_directory(STDIN_FILENO, services.config.home + "/run");
  metrics::Exposition text;
  metrics::write_pages(text, pages);
  std::vector<metrics::MappedPage> with_processes;
  std::copy_if(pages.begin(), pages.end(), std::back_inserter(with_processes),
               [&](const auto& page) { return !metrics::runs_on_demand(sockets, page.handler); });
  metrics::write_processes(text, with_processes);
  metrics::write_backlogs(text, metrics::read_backlogs(sockets, pages));
  text.gauge("stagedoor_cache_up", "Whether all servers of memcached answer",
             std::int64_t{services.memcached.ping()});
  write_gauges(text, gauges.read());
  return {.content_type = metrics::Exposition::kContentType, .body = text.take()};
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  using namespace stagedoor;
  std::optional<watch::GaugeReader> gauges;  // remembers what it has read
  return run_endpoint("metrics", argc, argv,
                      [&](Call&, Services& services) -> Outcome<http::Response> {
                        if (!gauges) gauges.emplace(services.database);
                        return metrics_response(services, *gauges);
                      });
}
