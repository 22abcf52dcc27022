#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/refusal.h"

namespace stagedoor::http {

// What a handler answers.
struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

inline Response json(int status, std::string body) {
  return {.status = status, .body = std::move(body)};
}

inline Response no_content() { return {.status = 204, .content_type = ""}; }
// The answer to an operation that has nothing to tell.
inline Response done(Done) { return no_content(); }

// An error in the shape of RFC 9457.
struct Problem {
  int status = 500;
  std::string code;
  std::string title;
  std::string detail = {};
  std::optional<int> retry_after_s = std::nullopt;
  std::vector<RefusalMember> members = {};
  std::vector<FieldError> errors = {};
};

// The one place that says how each refusal looks from outside.
Problem problem_for(const Refused& refused);

Response render(const Problem& problem, const std::string& request_id);

}  // namespace stagedoor::http
