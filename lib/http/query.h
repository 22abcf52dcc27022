#pragma once

#include "http/request.h"

namespace stagedoor::http {

// ?name=true or ?name=false; false when it is not there.
inline Outcome<bool> read_flag(const Request& request, const char* name) {
  const auto value = request.query(name);
  if (!value || *value == "false") return false;
  if (*value == "true") return true;
  return Refused::fields({{name, "must be true or false"}});
}

}  // namespace stagedoor::http
