#pragma once

#include <string>
#include <vector>

namespace stagedoor::testing {

// A row of handlers/endpoints.conf.
struct Endpoint {
  std::string method;  // "-": no client can call it
  std::string path;
  std::string handler;
  std::string level;
  std::string limit;
  std::string processes;

  // Whether nginx asks `authorize` for an access token first.
  [[nodiscard]] bool needs_access_token() const;
  // The path with ids that exist nowhere.
  [[nodiscard]] std::string path_to_nothing() const;
};

const std::vector<Endpoint>& endpoints();
// Of all rows, each once, in their order.
std::vector<std::string> handlers();

// What a 405 for this path names in `Allow`.
std::string allowed_methods(const std::string& path);

}  // namespace stagedoor::testing
