#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fastcgi/peer.h"
#include "support/temporary_folder.h"

namespace stagedoor::testing {

// Processes of the probe (see probe.cc) on a socket of their own.
class ProbeHandler {
 public:
  // `mode` is "batches" or "one".
  explicit ProbeHandler(const std::string& mode = "batches", int processes = 1);
  ~ProbeHandler();
  ProbeHandler(const ProbeHandler&) = delete;
  ProbeHandler& operator=(const ProbeHandler&) = delete;

  // One more process; its pid.
  pid_t start_process();
  // The exit code of a process, or minus the signal that ended it.
  int wait_for_end(pid_t process);
  [[nodiscard]] pid_t process() const { return processes_.front(); }

  // A peer that has sent a whole request.
  [[nodiscard]] Peer ask(const std::string& body, const std::string& order = "") const;
  // A peer that has sent this.
  [[nodiscard]] Peer send(std::string_view bytes) const { return {socket_, bytes}; }

  [[nodiscard]] std::filesystem::path new_fifo();

 private:
  TemporaryFolder folder_;
  std::string mode_;
  std::filesystem::path socket_;
  int listener_;
  std::vector<pid_t> processes_ = {};
  int fifos_ = 0;
};

// Keeps a process of the handler at work until release(). What comes meanwhile waits at the socket.
class Busy {
 public:
  // Returns when the process is at work on this.
  explicit Busy(ProbeHandler& handler);
  ~Busy() { release(); }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

  void release();
  [[nodiscard]] const Peer& peer() const { return peer_; }

 private:
  std::filesystem::path fifo_;
  Peer peer_;
  int gate_;
};

}  // namespace stagedoor::testing
