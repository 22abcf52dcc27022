// The frontier of a log is accepted only as it was written.
#include "fuzz/fuzz.h"
#include "proof/merkle.h"

namespace stagedoor::fuzz {

void try_input(std::string_view input) {
  const auto frontier = proof::Frontier::decode(input);
  if (!frontier) return;
  expect(frontier->encode() == input, "only as it was written");
}

std::vector<std::string> seeds() {
  proof::Frontier frontier;
  const std::string nothing = frontier.encode();
  for (int i = 0; i < 3; ++i) frontier.add(proof::sha256("tile"));
  return {nothing, frontier.encode()};
}

}  // namespace stagedoor::fuzz
