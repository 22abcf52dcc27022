// A snapshot of a line is accepted only as it was written, and can be asked whatever it holds.
#include "fuzz/fuzz.h"
#include "line/snapshot_rules.h"

namespace stagedoor::fuzz {

void try_input(std::string_view input) {
  const auto line = LineSnapshot::decode(input);
  if (!line) return;
  expect(line->encode() == input, "only as it was written");
  expect(line->waiting() >= 0, "no fewer than none wait");
  const LineSnapshot::Block* block = line->block_of(line->last_place);
  expect(block == nullptr || line->position(line->last_place, nullptr) >= 1,
         "positions start at 1");
  expect(line->end_of(Entry{line->last_place.value}, line->at).closed == line->closed(line->at),
         "a line is closed for all of its places");
}

std::vector<std::string> seeds() {
  LineSnapshot line;
  line.version = 12;
  line.at = Time{Micros{1'795'980'600'123'456}};
  line.front_place = {9'000};
  line.last_place = {1'000'000};
  line.closes_at = line.at + std::chrono::hours{1};
  line.active = 100;
  line.limits = {.max_active = 100, .admit_per_minute = 60};
  const std::string quiet = line.encode();
  line.opens_at = line.at;
  line.sold_out = true;
  line.ends = {{{10}, EndReason::kSoldOut}, {{20}, EndReason::kSaleClosed}};
  line.blocks = {{1, 5, 3}, {7, 1, 1}};
  return {quiet, line.encode()};
}

}  // namespace stagedoor::fuzz
