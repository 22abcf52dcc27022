#include "support/endpoints.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace stagedoor::testing {
namespace {

constexpr const char* kTable = STAGEDOOR_SOURCE_DIR "/handlers/endpoints.conf";

std::vector<Endpoint> read_table() {
  std::vector<Endpoint> rows;
  std::ifstream file(kTable);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    Endpoint row;
    if (!(words >> row.method >> row.path >> row.handler >> row.level >> row.limit >>
          row.processes)) {
      throw std::runtime_error(std::string(kTable) + ": " + line);
    }
    rows.push_back(row);
  }
  if (rows.empty()) throw std::runtime_error(std::string(kTable) + " has no row");
  return rows;
}

}  // namespace

bool Endpoint::needs_access_token() const {
  return level == "user" || level == "admitted" || level == "admin";
}

std::string Endpoint::path_to_nothing() const {
  std::string filled = path;
  for (std::size_t start = 0; (start = filled.find('{')) != std::string::npos;) {
    const std::size_t end = filled.find('}', start) + 1;
    const std::string name = filled.substr(start, end - start);
    const bool is_number = name == "{concert_id}" || name == "{date_id}";
    filled.replace(start, end - start,
                   is_number ? "999999999" : "00000000-0000-4000-8000-000000000000");
  }
  return filled;
}

const std::vector<Endpoint>& endpoints() {
  static const std::vector<Endpoint> rows = read_table();
  return rows;
}

std::vector<std::string> handlers() {
  std::vector<std::string> names;
  for (const Endpoint& row : endpoints()) {
    if (std::find(names.begin(), names.end(), row.handler) == names.end()) {
      names.push_back(row.handler);
    }
  }
  return names;
}

std::string allowed_methods(const std::string& path) {
  std::string allowed;
  for (const Endpoint& row : endpoints()) {
    if (row.path != path) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += row.method == "GET" ? "GET, HEAD" : row.method;
  }
  return allowed;
}

}  // namespace stagedoor::testing
