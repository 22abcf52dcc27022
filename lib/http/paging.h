#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "http/request.h"

namespace stagedoor::http {

// Where a list goes on. Clients see one opaque text; inside are the sort keys of the last item.
struct PageRequest {
  int limit = 20;
  std::optional<std::vector<std::string>> after;  // as many as `keys` of read_page
};

// Reads ?limit= and ?cursor=. `keys` is the number of sort keys that a cursor of this list holds.
Outcome<PageRequest> read_page(const Request& request, std::size_t keys);

std::string encode_cursor(const std::vector<std::string>& keys);

}  // namespace stagedoor::http
