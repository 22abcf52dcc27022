#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagedoor::http {

// What cJSON does not tell of a string or number: it cuts strings at \u0000 and keeps numbers as
// doubles. In the order in which they stand in the text, member names included.
struct ScalarNote {
  bool has_nul = false;   // of a string
  std::string_view text;  // of a number, as written
};

// Checks that `text` is UTF-8 and strict JSON in its strings, numbers, blanks and nesting depth,
// and takes notes for what a later parse by cJSON loses. The grammar of brackets and commas is left
// to cJSON. Nothing when the text is not acceptable.
std::optional<std::vector<ScalarNote>> scan_json(std::string_view text);

}  // namespace stagedoor::http
