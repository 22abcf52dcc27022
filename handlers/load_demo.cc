// load_demo
//
// Puts the demo concerts on sale, once per database, and prints one JSON line.
#include <cstdlib>
#include <iostream>

#include "base/json_writer.h"
#include "endpoint/services.h"
#include "sale/catalogue.h"

int main() {
  using namespace stagedoor;
  Services services(load_config_or_exit());
  try {
    auto stores = services.line_stores();
    const int created = sale::put_demo_on_sale(stores);
    JsonWriter json;
    json.begin_object().field("concerts_created", created).end_object();
    std::cout << json.text() << '\n';
    return EXIT_SUCCESS;
  } catch (const std::exception& e) {
    std::cerr << "load_demo: " << e.what() << '\n';
    return EXIT_FAILURE;
  }
}
