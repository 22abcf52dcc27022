#include "support/http_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <regex>

namespace stagedoor::testing {
namespace {

struct Received {
  std::string path;
  std::string body;
};

// What comes until head and announced body are there, or the client is gone.
Received receive(int client) {
  std::string text;
  char chunk[4096];
  static const std::regex kLength("content-length: *([0-9]+)", std::regex::icase);
  for (;;) {
    const auto head_end = text.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      std::smatch match;
      const std::string head = text.substr(0, head_end);
      const std::size_t length = std::regex_search(head, match, kLength) ? std::stoul(match[1]) : 0;
      if (text.size() >= head_end + 4 + length) {
        const auto path = head.find(' ') + 1;
        return {head.substr(path, head.find(' ', path) - path), text.substr(head_end + 4, length)};
      }
    }
    const ssize_t got = recv(client, chunk, sizeof chunk, 0);
    if (got <= 0) return {};
    text.append(chunk, static_cast<std::size_t>(got));
  }
}

}  // namespace

HttpServer::HttpServer() : thread_([this] { serve(); }) {}

HttpServer::~HttpServer() {
  stop_ = true;
  thread_.join();
}

std::string HttpServer::origin() const {
  return "http://127.0.0.1:" + std::to_string(listener_.port());
}

void HttpServer::answer_next_with(std::vector<int> statuses) {
  const std::lock_guard lock(mutex_);
  statuses_.assign(statuses.begin(), statuses.end());
}

void HttpServer::answer_with(std::function<std::string(const std::string& path)> body_of) {
  const std::lock_guard lock(mutex_);
  body_of_ = std::move(body_of);
}

std::vector<std::string> HttpServer::bodies() {
  const std::lock_guard lock(mutex_);
  return bodies_;
}

void HttpServer::serve() {
  while (!stop_) {
    const auto client = listener_.next_client();
    if (!client) continue;
    serve_one(*client);
    close(*client);
  }
}

void HttpServer::serve_one(int client) {
  const Received received = receive(client);
  int status = 200;
  std::string body;
  {
    const std::lock_guard lock(mutex_);
    bodies_.push_back(received.body);
    body = body_of_(received.path);
    if (!statuses_.empty()) {
      status = statuses_.front();
      statuses_.pop_front();
    }
  }
  const std::string answer = "HTTP/1.1 " + std::to_string(status) +
                             " Told\r\nContent-Length: " + std::to_string(body.size()) +
                             "\r\nConnection: close\r\n\r\n" + body;
  send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
}

}  // namespace stagedoor::testing
