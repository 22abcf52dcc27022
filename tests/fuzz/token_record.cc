// The cached record of a token is accepted only as it was written.
#include "fuzz/fuzz.h"
#include "line/token_record_rules.h"

namespace stagedoor::fuzz {

void try_input(std::string_view input) {
  const auto record = decode_record(input);
  if (record) expect(encode_record(*record) == input, "only as it was written");
}

std::vector<std::string> seeds() {
  const Time at{Micros{1'795'980'600'123'456}};
  return {encode_record({}), encode_record({TokenRecord::Stored::kActive, at, at, at, {}, {}}),
          encode_record({TokenRecord::Stored::kExpired, at, at, at, at, EndReason::kPaid})};
}

}  // namespace stagedoor::fuzz
