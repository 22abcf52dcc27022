// A cached entry is accepted only as it was written.
#include "cache/entry.h"

#include "fuzz/fuzz.h"

namespace stagedoor::fuzz {

void try_input(std::string_view input) {
  const auto entry = cache::decode_entry(input);
  if (!entry) return;
  expect(cache::encode_entry(*entry) == input, "only as it was written");
  expect(entry->parts >= 0 && entry->parts <= cache::kPartsMax, "no more parts than there can be");
}

std::vector<std::string> seeds() {
  const Time at{Micros{1'795'980'600'123'456}};
  return {cache::encode_entry({"0123456789abcdef", at, 0, R"({"items":[]})"}),
          cache::encode_entry({"0123456789abcdef", at, 3, "00112233"})};
}

}  // namespace stagedoor::fuzz
