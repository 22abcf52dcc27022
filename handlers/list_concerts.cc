// GET /api/v1/concerts ?limit= &cursor= &past=true &date=YYYY-MM-DD
//
// 200 {items: [concert...], next_cursor}: by (earliest date, concert_id)
#include "base/encoding.h"
#include "endpoint/concert_json.h"
#include "endpoint/endpoint.h"
#include "http/caching.h"
#include "http/paging.h"
#include "http/query.h"
#include "sale/catalogue.h"

namespace stagedoor {
namespace {

using sale::ConcertFilter;

Outcome<ConcertFilter> read_filter(const http::Request& request) {
  const auto page = http::read_page(request, 2);
  if (!page) return page.error();
  ConcertFilter filter{.limit = page->limit};
  if (page->after) {
    const auto first_date_at = parse_sql((*page->after)[0]);
    const auto id = parse_integer((*page->after)[1]);
    if (!first_date_at || !id) return Refused::fields({{"cursor", "is not a cursor of this list"}});
    filter.after = {*first_date_at, ConcertId{*id}};
  }
  const auto past = http::read_flag(request, "past");
  if (!past) return past.error();
  filter.past = *past;
  if (const auto day = request.query("date")) {
    filter.day = parse_day(*day);
    if (!filter.day) return Refused::fields({{"date", "must be a day such as 2027-01-31"}});
  }
  return filter;
}

std::string write_page(const sale::ConcertPage& page, Time now) {
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const Concert& concert : page.concerts) {
    json.begin_object();
    write_concert(json, concert, sale_state(concert, now));
    json.end_object();
  }
  json.end_array().key("next_cursor");
  if (!page.more) return json.value(nullptr).end_object().take();
  const Concert& last = page.concerts.back();
  json.value(http::encode_cursor({to_sql(last.first_date_at), std::to_string(last.id.value)}));
  return json.end_object().take();
}

Outcome<http::Response> list_concerts(const http::Request& request, Services& services) {
  const auto filter = read_filter(request);
  if (!filter) return filter.error();
  const Time now = services.database.estimated_now();
  auto room = services.waiting_room();
  std::string body = sale::cached_concert_page(room, *filter, now, [&] {
    return write_page(sale::list_concerts(services.database, *filter, now), now);
  });
  return http::cacheable_json(request, std::move(body), "public, max-age=1");
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("list_concerts", argc, argv, stagedoor::list_concerts);
}
