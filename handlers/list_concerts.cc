// GET /api/v1/concerts ?limit= &cursor= &past=true &date=YYYY-MM-DD
//
// 200 {items: [concert...], next_cursor}: by (earliest date, concert_id)
#include "endpoint/concert_json.h"
#include "endpoint/endpoint.h"
#include "endpoint/paging.h"
#include "http/caching.h"
#include "sale/catalogue.h"

namespace stagedoor {
namespace {

using sale::ConcertFilter;

ConcertFilter read_filter(Call& call) {
  const auto page = call.page<Time, ConcertId>();
  ConcertFilter filter{.past = call.flag("past"), .limit = page.limit};
  if (page.after) {
    const auto& [first_date_at, concert_id] = *page.after;
    filter.after = {first_date_at, concert_id};
  }
  if (const auto day = call.query("date")) {
    filter.day = parse_day(*day);
    if (!filter.day) call.refuse_query("date", "must be a day such as 2027-01-31");
  }
  return filter;
}

std::string write_page(const sale::ConcertPage& page, Time now) {
  return write_list(
      page.concerts, page.more,
      [&](JsonWriter& json, const Concert& concert) {
        json.begin_object();
        write_concert(json, concert, sale_state(concert, now));
        json.end_object();
      },
      [](const Concert& concert) {
        return http::encode_cursor(concert.first_date_at, concert.id);
      });
}

Outcome<http::Response> list_concerts(Call& call, Services& services) {
  const ConcertFilter filter = read_filter(call);
  if (call.refused()) return call.refusal();
  const Time now = services.database.estimated_now();
  auto stores = services.line_stores();
  std::string body = sale::cached_concert_page(stores, filter, now, [&] {
    return write_page(sale::list_concerts(services.database, filter, now), now);
  });
  return http::cacheable_json(call.request(), std::move(body), "public, max-age=1");
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("list_concerts", argc, argv, stagedoor::list_concerts);
}
