#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/loopback_listener.h"

namespace stagedoor::testing {

// Stands between clients and a database. It passes everything on, but on demand holds back one
// answer: the client is then a reader whose knowledge grows old.
class SlowDatabase {
 public:
  explicit SlowDatabase(std::filesystem::path database_socket);
  ~SlowDatabase();
  SlowDatabase(const SlowDatabase&) = delete;
  SlowDatabase& operator=(const SlowDatabase&) = delete;

  [[nodiscard]] int port() const { return listener_.port(); }

  // From now on the first answer that contains `marker` waits for release(marker). Others pass.
  void hold_next(const std::string& marker);
  [[nodiscard]] bool is_holding(const std::string& marker);
  void release(const std::string& marker);

  // From now on it is one that looks like MySQL: SKIP LOCKED is taken, and nothing is locked.
  void ignore_skip_locked() { ignores_skip_locked_ = true; }

 private:
  enum class Hold { kWanted, kHeld, kReleased };

  void accept_all();
  void pass_on(int client);
  void hold_if_marked(const std::string& answer);

  std::filesystem::path database_socket_;
  LoopbackListener listener_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Hold> holds_;
  std::atomic<bool> ignores_skip_locked_{false};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace stagedoor::testing
