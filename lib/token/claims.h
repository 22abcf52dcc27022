#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

struct json_t;

namespace stagedoor::token {

// The header or the claims of a JWT. One with a name that is there twice is none: readers would
// differ in which of the two counts.
class Claims {
 public:
  // Of the part of a token: base64url of a JSON object.
  static std::optional<Claims> parse(std::string_view part);

  [[nodiscard]] bool has(const char* name) const;
  // Nothing when the claim is not there or of another type.
  [[nodiscard]] std::optional<std::string> text(const char* name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(const char* name) const;
  // RFC 7519, NumericDate: seconds, with decimals if need be.
  [[nodiscard]] std::optional<Time> date(const char* name) const;
  // A text, or each text of a list.
  [[nodiscard]] std::vector<std::string> texts(const char* name) const;

 private:
  struct Free {
    void operator()(json_t* json) const;
  };
  explicit Claims(json_t* object) : object_(object) {}

  std::unique_ptr<json_t, Free> object_;
};

// An instant in the range that a Time can hold, for a claim that may be any number.
Time time_of(std::int64_t seconds);

}  // namespace stagedoor::token
