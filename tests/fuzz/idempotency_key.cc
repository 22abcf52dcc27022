// A key is 1 to 255 visible ASCII characters, and the same bare as in quotes.
#include "http/idempotency_key.h"

#include <algorithm>

#include "fuzz/fuzz.h"

namespace stagedoor::fuzz {

void try_input(std::string_view input) {
  const auto key = http::parse_idempotency_key(input);
  if (!key) return;
  expect(!key->empty() && key->size() <= 255, "1 to 255 characters");
  expect(std::all_of(key->begin(), key->end(), [](char c) { return c > ' ' && c <= '~'; }),
         "visible ASCII");
  expect(http::parse_idempotency_key('"' + *key + '"') == key, "the same in quotes");
}

std::vector<std::string> seeds() {
  return {"once",
          "\"once\"",
          "\"\"",
          "\"\"\"\"",
          std::string(255, 'x'),
          '"' + std::string(255, 'x') + '"'};
}

}  // namespace stagedoor::fuzz
