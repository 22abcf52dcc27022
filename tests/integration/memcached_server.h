#pragma once

#include <sys/types.h>

#include <string>

#include "support/temporary_folder.h"

namespace stagedoor {

// A memcached of a test's own on a unix socket in a temporary directory. It dies with the test.
class MemcachedServer {
 public:
  MemcachedServer();
  ~MemcachedServer();
  MemcachedServer(const MemcachedServer&) = delete;
  MemcachedServer& operator=(const MemcachedServer&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  void start();
  void kill_now();
  // Accepts connections and answers nothing, until it may go on.
  void hang() const;
  void go_on() const;

 private:
  testing::TemporaryFolder folder_;
  std::string path_ = folder_.path() / "memcached.sock";
  pid_t pid_ = -1;
};

}  // namespace stagedoor
