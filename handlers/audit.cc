// audit: checks every invariant of the product in the database, safe beside a running sale.
//
// Prints a line for each and up to ten rows that contradict it; exit code 0, or 1 when one is
// violated.
#include <cstdlib>
#include <iostream>

#include "base/log.h"
#include "endpoint/endpoint.h"
#include "operations/audit.h"

int main() {
  using namespace stagedoor;
  log::set_handler("audit");
  Services services(load_config_or_exit());
  int violated = 0;
  try {
    for (const auto& finding : operations::audit(services.database)) {
      const bool holds = finding.violations.empty();
      violated += holds ? 0 : 1;
      std::cout << (holds ? "OK        " : "VIOLATED  ") << finding.invariant << '\n';
      for (const std::string& violation : finding.violations) {
        std::cout << "            " << violation << '\n';
      }
    }
  } catch (const std::exception& e) {
    std::cerr << "audit: " << e.what() << '\n';
    return EXIT_FAILURE;
  }
  if (violated > 0) log::event(log::Level::kCritical, "audit violation");
  return violated == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
