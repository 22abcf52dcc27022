#include "support/http_client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>
#include <system_error>

#include "support/exchange_log.h"

namespace stagedoor::testing {
namespace {

constexpr long kAnswerWithinMs = 30'000;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

void take_header_line(Response& response, std::string_view line) {
  if (line.starts_with("HTTP/")) {
    // A new status line after a 100 Continue: only the last head counts.
    response.headers.clear();
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos) {
      std::from_chars(line.data() + space + 1, line.data() + line.size(), response.status);
    }
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  response.headers.emplace(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* response) {
  take_header_line(*static_cast<Response*>(response), {data, size * count});
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* response) {
  static_cast<Response*>(response)->body.append(data, size * count);
  return size * count;
}

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

HeaderList header_list(const Headers& headers) {
  curl_slist* list = nullptr;
  // Without this curl would wait a second for "100 Continue" before larger bodies.
  list = curl_slist_append(list, "Expect:");
  for (const auto& [name, value] : headers) {
    const std::string line = value.empty() ? name + ";" : name + ": " + value;
    list = curl_slist_append(list, line.c_str());
  }
  return {list, &curl_slist_free_all};
}

class Socket {
 public:
  explicit Socket(int port) : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      const int error = errno;
      close(descriptor_);
      throw std::system_error(error, std::generic_category(), "connect");
    }
    const timeval silence{5, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(descriptor_); }

  // A server may refuse and close before it has read everything: not an error here.
  void write_all(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  [[nodiscard]] std::string read_all() const {
    std::string received;
    char chunk[16384];
    ssize_t got = 0;
    while ((got = recv(descriptor_, chunk, sizeof chunk, 0)) > 0) {
      received.append(chunk, static_cast<std::size_t>(got));
    }
    return received;
  }

 private:
  int descriptor_;
};

}  // namespace

bool IgnoreCase::operator()(const std::string& left, const std::string& right) const {
  return strcasecmp(left.c_str(), right.c_str()) < 0;
}

std::string Response::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::ostream& operator<<(std::ostream& out, const Response& response) {
  out << response.status << '\n';
  for (const auto& [name, value] : response.headers) out << name << ": " << value << '\n';
  return out << '\n' << response.body.substr(0, 2000) << '\n';
}

struct HttpClient::Handle {
  CURL* curl = curl_easy_init();
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { curl_easy_cleanup(curl); }
};

HttpClient::HttpClient(std::string origin)
    : origin_(std::move(origin)), handle_(std::make_unique<Handle>()) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Response HttpClient::send(const Request& request) {
  CURL* curl = handle_->curl;
  Response response;
  const std::string url = origin_ + request.path;
  const HeaderList headers = header_list(request.headers);
  curl_easy_reset(curl);  // keeps the connection
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kAnswerWithinMs);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &response);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response);
  const bool has_body = !request.body.empty() || request.method == "POST" ||
                        request.method == "PUT" || request.method == "PATCH";
  if (has_body) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  }
  if (request.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());

  const CURLcode code = curl_easy_perform(curl);
  // A server may answer (413) and close while the body is still being sent.
  const bool answered_early = code == CURLE_SEND_ERROR && response.status != 0;
  if (code != CURLE_OK && !answered_early) {
    throw std::runtime_error(request.method + " " + request.path + ": " + curl_easy_strerror(code));
  }
  curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME, &response.seconds);
  log_exchange(request.method, request.path, response);
  return response;
}

Response send_raw(int port, std::string_view bytes) {
  const Socket socket(port);
  socket.write_all(bytes);
  const std::string received = socket.read_all();
  Response response;
  const std::size_t head_end = received.find("\r\n\r\n");
  if (head_end == std::string::npos) {
    response.body = received;
    return response;
  }
  std::string_view head(received.data(), head_end);
  while (!head.empty()) {
    const std::size_t line_end = head.find("\r\n");
    take_header_line(response, head.substr(0, line_end));
    head.remove_prefix(line_end == std::string_view::npos ? head.size() : line_end + 2);
  }
  response.body = received.substr(head_end + 4);
  return response;
}

}  // namespace stagedoor::testing
