// describe_handlers: what `./stagedoor status` cannot see from outside.
//
// Prints a line for each handler that has ever run: its name, the requests it answered, how often a
// process of it died, and how many requests wait for a process (`-` where the kernel does not say).
#include <iostream>
#include <map>

#include "endpoint/services.h"
#include "metrics/exposition.h"

int main() {
  using namespace stagedoor;
  const Config config = load_config_or_exit();
  const auto pages = metrics::read_pages(config.metrics_directory());
  std::map<std::string, std::int64_t> waiting;
  for (const auto& backlog : metrics::read_backlogs(config.home + "/run", pages)) {
    waiting[backlog.handler] = backlog.waiting;
  }
  for (const auto& [handler, page] : pages) {
    const auto queue = waiting.find(handler);
    std::cout << handler << ' ' << metrics::requests_of(*page) << ' '
              << page->at(metrics::Counter::kProcessDeaths) << ' '
              << (queue == waiting.end() ? "-" : std::to_string(queue->second)) << '\n';
  }
}
