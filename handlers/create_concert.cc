// POST /api/v1/admin/concerts {title, artist, venue, ..., dates: [...]}
//
// 201 the concert with every setting and its dates
#include "endpoint/concert_json.h"
#include "endpoint/endpoint.h"
#include "sale/catalogue.h"

namespace stagedoor {
namespace {

Outcome<http::Response> create_concert(Call& call, Services& services) {
  const NewConcert concert = read_new_concert(call.body());
  if (call.refused()) return call.refusal();

  auto stores = services.line_stores();
  const auto created = sale::put_on_sale(stores, concert);
  const SaleState state = sale_state(created.concert, services.database.now());
  return http::json(201, organiser_json(created, state));
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("create_concert", argc, argv, stagedoor::create_concert);
}
