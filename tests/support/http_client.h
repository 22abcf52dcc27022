#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/json.h"

namespace stagedoor::testing {

using Header = std::pair<std::string, std::string>;
using Headers = std::vector<Header>;

struct IgnoreCase {
  bool operator()(const std::string& left, const std::string& right) const;
};

struct Request {
  std::string method = "GET";
  std::string path = {};  // with query string
  Headers headers = {};
  std::string body = {};
};

struct Response {
  int status = 0;
  std::multimap<std::string, std::string, IgnoreCase> headers;
  std::string body;
  double seconds = 0;

  [[nodiscard]] bool has_header(const std::string& name) const { return headers.contains(name); }
  // The first header of that name, "" when there is none.
  [[nodiscard]] std::string header(const std::string& name) const;
  // Throws when the body is not JSON.
  [[nodiscard]] Json json() const { return Json::parse(body); }
};

std::ostream& operator<<(std::ostream& out, const Response& response);

// One kept connection to one server. Not for use by several threads at once.
class HttpClient {
 public:
  // REQUIRES: `origin` as in http://127.0.0.1:8080
  explicit HttpClient(std::string origin);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // Any status is an answer; throws std::runtime_error when there is no answer at all.
  Response send(const Request& request);

 private:
  struct Handle;
  std::string origin_;
  std::unique_ptr<Handle> handle_;
};

// Writes `bytes` as they are to 127.0.0.1:port and reads until the server closes or falls silent.
// For what no HTTP library would send; put `Connection: close` into well-formed requests.
// A server that closes without an answer gives status 0.
Response send_raw(int port, std::string_view bytes);

}  // namespace stagedoor::testing
