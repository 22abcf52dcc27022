#include "support/exchange_log.h"

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <regex>

namespace stagedoor::testing {
namespace {

constexpr int kExchangesOfAKindMax = 100;

class ExchangeLog {
 public:
  explicit ExchangeLog(const char* path) : file_(path, std::ios::trunc) {}

  void add(const std::string& kind, const std::string& line) {
    const std::lock_guard lock(mutex_);
    if (++seen_[kind] <= kExchangesOfAKindMax) file_ << line << std::endl;
  }

 private:
  std::mutex mutex_;
  std::ofstream file_;
  std::map<std::string, int> seen_;
};

// Ids out of a path, so that all seats or all users are one kind.
std::string shape_of(const std::string& path) {
  static const std::regex kId("/(?:[0-9]+|[0-9a-f-]{36})(?=/|$)");
  return std::regex_replace(path.substr(0, path.find('?')), kId, "/*");
}

std::string code_of(const Response& response) {
  static const std::regex kCode(R"re("code":"([a-z_]+)")re");
  std::smatch found;
  const bool is_problem = response.status >= 400 && std::regex_search(response.body, found, kCode);
  return is_problem ? found[1].str() : "";
}

std::string line_of(const std::string& method, const std::string& path, const Response& response) {
  std::string headers;
  for (const auto& [name, value] : response.headers) {
    headers += (headers.empty() ? "[" : ",[") + json_text(name) + "," + json_text(value) + "]";
  }
  return "{\"method\":" + json_text(method) + ",\"path\":" + json_text(path) +
         ",\"status\":" + std::to_string(response.status) + ",\"headers\":[" + headers +
         "],\"body\":" + json_text(response.body) + "}";
}

}  // namespace

void log_exchange(const std::string& method, const std::string& path, const Response& response) {
  static const char* const file = std::getenv("STAGEDOOR_TEST_EXCHANGES");
  if (file == nullptr) return;
  static ExchangeLog log(file);
  log.add(method + " " + shape_of(path) + " " + std::to_string(response.status) + " " +
              code_of(response),
          line_of(method, path, response));
}

}  // namespace stagedoor::testing
