// A reading of seats is accepted only as it was written, and its head says the same as the whole.
#include "sale/seats_reading_rules.h"

#include "fuzz/fuzz.h"

namespace stagedoor::fuzz {

void try_input(std::string_view input) {
  const auto reading = parse_reading(input);
  if (!reading) return;
  expect(encode_reading(*reading) == input, "only as it was written");
  const auto head = parse_reading_head(input);
  expect(head && head->read_at == reading->read_at && head->version == reading->version,
         "the head is that of the reading");
}

std::vector<std::string> seeds() {
  const Time at{Micros{1'795'980'600'123'456}};
  return {encode_reading({at, "0123456789abcdef", {}}),
          encode_reading(
              {at, "0123456789abcdef", {{SeatStatus::kHeld, 1, 1}, {SeatStatus::kSold, 2, 40}}})};
}

}  // namespace stagedoor::fuzz
