#pragma once

#include <optional>
#include <string>

#include "base/json_writer.h"
#include "base/pages.h"
#include "endpoint/call.h"

namespace stagedoor {

// {"items": [...], "next_cursor": ...}: write_item(json, item) writes each, cursor_of(item) says
// where the list goes on.
template <typename Items, typename WriteItem, typename CursorOf>
std::string write_list(const Items& items, bool more, WriteItem write_item, CursorOf cursor_of) {
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const auto& item : items) write_item(json, item);
  json.end_array().key("next_cursor");
  if (more) {
    json.value(cursor_of(items.back()));
  } else {
    json.value(nullptr);
  }
  return json.end_object().take();
}

// Lists that run from the newest to the oldest. An item has `created_at` and `id`.
template <typename IdType>
struct TimePageRequest {
  int limit = 20;
  std::optional<TimeCursor<IdType>> after = {};
};

template <typename IdType>
TimePageRequest<IdType> read_time_page(Call& call) {
  const auto page = call.page<Time, IdType>();
  TimePageRequest<IdType> result{.limit = page.limit};
  if (!page.after) return result;
  const auto& [at, id] = *page.after;
  result.after = {at, id};
  return result;
}

template <typename Item, typename Render>
std::string write_time_page(const TimePage<Item>& page, const Render& render) {
  return write_list(
      page.items, page.more, [&](JsonWriter& json, const Item& item) { json.raw(render(item)); },
      [](const Item& item) { return http::encode_cursor(item.created_at, item.id); });
}

}  // namespace stagedoor
