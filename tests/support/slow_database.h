#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace stagedoor::testing {

// Stands between a client and a database. It passes everything on but holds back the first answer
// that contains `marker` until release(): the client is then a reader whose knowledge grows old.
class SlowDatabase {
 public:
  SlowDatabase(std::filesystem::path database_socket, std::string marker);
  ~SlowDatabase();
  SlowDatabase(const SlowDatabase&) = delete;
  SlowDatabase& operator=(const SlowDatabase&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] bool is_holding() const { return holding_; }
  void release();

 private:
  void accept_all();
  void pass_on(int client);
  void hold_if_marked(const std::string& answer);

  std::filesystem::path database_socket_;
  std::string marker_;
  int listener_;
  int port_ = 0;
  std::atomic<bool> holding_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ = false;
  std::atomic<bool> stop_{false};
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace stagedoor::testing
