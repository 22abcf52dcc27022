#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/config.h"
#include "support/temporary_folder.h"

namespace stagedoor {

// Stands between connections and the database and does what a database that works never does:
// spoils a COMMIT, lets everything stand still in the middle of a statement, or reads rows without
// the locks that it is asked for.
class DatabaseProxy {
 public:
  enum class OnCommit {
    kForward,
    kCutBefore,  // the connection ends and the server never sees the COMMIT
    kCutAfter,   // the server commits, then the connection ends without its answer
    kRefuse,     // the server never sees it; the client is told that it failed
    kDeny        // the server commits; the client is told that it failed
  };

  // One that is paused forwards nothing until it is started: a fork is for one thread.
  enum class Begins { kStarted, kPaused };
  explicit DatabaseProxy(DatabaseConfig server, Begins begins = Begins::kStarted);
  ~DatabaseProxy();
  DatabaseProxy(const DatabaseProxy&) = delete;
  DatabaseProxy& operator=(const DatabaseProxy&) = delete;

  void start();

  // The same database through this proxy.
  [[nodiscard]] DatabaseConfig config() const;

  // Which side of a statement is held back.
  enum class Side { kBeforeTheServer, kBeforeTheAnswer };

  // Holds the `count`th message from the client from now on, or the answer to it, for ever; until
  // then all are forwarded.
  void hold(int count, Side side) {
    side_ = side;
    until_held_ = count;
  }
  [[nodiscard]] bool is_held() const { return held_; }

  // From now on SELECT ... FOR UPDATE reads without locks. Statements that a connection has
  // prepared before stay as they are.
  void take_out_locks() { takes_out_locks_ = true; }

  // What becomes of the next COMMIT, and the code of the error that a client is told; those after
  // it are forwarded.
  void on_next_commit(OnCommit action, int code = 1180) {
    code_ = code;
    on_commit_ = action;
  }

 private:
  struct Pair {
    int client;
    int server;
  };

  void run();
  void accept_one();
  // False when the pair is to be closed.
  bool pass_on(int from, int to, bool from_client);
  bool spoil_commit(OnCommit action, const Pair& pair, const std::string& bytes);

  DatabaseConfig server_;
  testing::TemporaryFolder folder_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::vector<Pair> pairs_;
  std::atomic<OnCommit> on_commit_{OnCommit::kForward};
  std::atomic<int> code_{0};
  std::atomic<Side> side_{Side::kBeforeTheServer};
  std::atomic<int> until_held_{0};  // 0: nothing is
  std::atomic<bool> held_{false};
  std::atomic<bool> takes_out_locks_{false};
  std::thread thread_;
};

}  // namespace stagedoor
