// POST /api/v1/admin/concerts/{concert_id}/dates {starts_at, sale_opens_at?, seats?}
//
// 201 the date
// 404 not_found
#include "endpoint/concert_json.h"
#include "endpoint/endpoint.h"
#include "sale/catalogue.h"

namespace stagedoor {
namespace {

Outcome<http::Response> add_date(Call& call, Services& services) {
  const auto concert_id = call.path<ConcertId>();
  const NewDate date = read_new_date(call.body());
  if (call.refused()) return call.refusal();

  auto stores = services.line_stores();
  return sale::put_date_on_sale(stores, concert_id, date).transform([](const DateSummary& added) {
    JsonWriter json;
    write_date(json, added);
    return http::json(201, json.take());
  });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("add_date", argc, argv, stagedoor::add_date);
}
