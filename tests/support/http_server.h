#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/loopback_listener.h"

namespace stagedoor::testing {

// A foreign web server: takes requests, one after the other, and answers as it is told.
class HttpServer {
 public:
  HttpServer();
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::string origin() const;
  // The next requests get these statuses, those behind them 200.
  void answer_next_with(std::vector<int> statuses);
  // The body of the answers from now on, to each request by its path.
  void answer_with(std::function<std::string(const std::string& path)> body_of);
  // The bodies of all requests so far.
  [[nodiscard]] std::vector<std::string> bodies();

 private:
  void serve();
  void serve_one(int client);

  LoopbackListener listener_;
  std::mutex mutex_;
  std::deque<int> statuses_;
  std::vector<std::string> bodies_;
  std::function<std::string(const std::string&)> body_of_ = [](const std::string&) { return "ok"; };
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace stagedoor::testing
