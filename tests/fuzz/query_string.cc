// Whatever is percent-encoded into a query is found in it again, the first of equal names; and a
// query that was never encoded does no harm.
#include <map>

#include "base/encoding.h"
#include "fuzz/fuzz.h"
#include "http/paging.h"
#include "http/query.h"
#include "unit/request.h"

namespace stagedoor::fuzz {
namespace {

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) encoded += "%" + to_hex({&c, 1});
  return encoded;
}

// Pairs of lines, as name and value.
void try_pairs(std::string_view input) {
  std::map<std::string, std::string, std::less<>> values;
  std::string query;
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    const std::string_view name = line.substr(0, line.find('='));
    const std::string_view value = line.substr(std::min(line.size(), name.size() + 1));
    values.emplace(name, value);
    query += percent_encoded(name) + "=" + percent_encoded(value) + "&";
  }
  const http::Request request = request_with_query(query);
  for (const auto& [name, value] : values) {
    expect(request.query(name) == value, "what was encoded is found again");
  }
}

}  // namespace

void try_input(std::string_view input) {
  if (input.find('\0') != std::string_view::npos) return;  // CGI parameters have none
  const http::Request request = request_with_query(std::string(input));
  for (const char* name : {"a", "date", "status"}) {
    const auto value = request.query(name);
    expect(!value || value->size() < input.size(), "a value is shorter than the query");
  }
  const auto past = http::read_flag(request, "past");
  expect(past || past.error().errors.at(0).field == "past", "a bad flag is named");
  const auto page = http::read_page<Time, ConcertId>(request);
  expect(!page || (page->limit >= 1 && page->limit <= 100), "a page has 1 to 100 items");
  try_pairs(input);
}

std::vector<std::string> seeds() {
  return {"a=1&b=2", "past=true&limit=20&cursor=MXw3", "date=%32027-01-31&&status=A+%zz&a", "=&=%"};
}

}  // namespace stagedoor::fuzz
