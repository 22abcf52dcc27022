// POST /api/v1/admin/concerts/{concert_id}/dates {starts_at, sale_opens_at?, seats?}
//
// 201 the date
// 404 not_found
#include "endpoint/concert_json.h"
#include "endpoint/endpoint.h"
#include "sale/catalogue.h"

namespace stagedoor {
namespace {

Outcome<http::Response> add_date(const http::Request& request, Services& services) {
  const auto id = request.number_in_path<ConcertId>("CONCERT_ID");
  if (!id) return id.error();
  auto body = http::JsonBody::parse(request);
  if (!body) return body.error();
  const NewDate date = read_new_date(body->root());
  if (const auto checked = body->check(); !checked) return checked.error();

  auto room = services.waiting_room();
  const auto added = sale::put_date_on_sale(room, *id, date);
  if (!added) return added.error();
  JsonWriter json;
  write_date(json, *added);
  return http::json(201, json.take());
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("add_date", argc, argv, stagedoor::add_date);
}
