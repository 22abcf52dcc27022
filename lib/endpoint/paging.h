#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/json_writer.h"
#include "base/pages.h"
#include "http/paging.h"

// Pages of lists that run from the newest to the oldest. An item has `created_at` and `id`.
namespace stagedoor {

template <typename IdType>
struct TimePageRequest {
  int limit = 20;
  std::optional<TimeCursor<IdType>> after = {};
};

template <typename IdType>
Outcome<TimePageRequest<IdType>> read_time_page(const http::Request& request) {
  const auto page = http::read_page(request, 2);
  if (!page) return page.error();
  TimePageRequest<IdType> result{.limit = page->limit};
  if (!page->after) return result;
  const auto at = parse_sql((*page->after)[0]);
  const auto id = IdType::parse((*page->after)[1]);
  if (!at || !id) return Refused::fields({{"cursor", "is not a cursor of this list"}});
  result.after = {*at, *id};
  return result;
}

template <typename Item, typename Render>
std::string write_time_page(const TimePage<Item>& page, const Render& render) {
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const Item& item : page.items) json.raw(render(item));
  json.end_array().key("next_cursor");
  if (!page.more) return json.value(nullptr).end_object().take();
  const Item& last = page.items.back();
  return json.value(http::encode_cursor({to_sql(last.created_at), last.id.text()}))
      .end_object()
      .take();
}

}  // namespace stagedoor
