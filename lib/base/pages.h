#pragma once

#include <vector>

#include "base/clock.h"
#include "base/id.h"

// Lists that run from the newest to the oldest, page by page.
namespace stagedoor {

// The item to go on after; by default the list starts with the newest.
template <typename IdType>
struct TimeCursor {
  Time at{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};
  IdType id = {};
};

template <typename Item>
struct TimePage {
  std::vector<Item> items;
  bool more = false;
};

// REQUIRES: `items` were read with a limit of `limit` + 1, which tells whether there are more.
template <typename Item>
TimePage<Item> make_page(std::vector<Item> items, int limit) {
  const bool more = items.size() > static_cast<std::size_t>(limit);
  if (more) items.resize(static_cast<std::size_t>(limit));
  return {std::move(items), more};
}

}  // namespace stagedoor
