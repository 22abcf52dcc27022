// How a process ends, and how it is relieved when it is stuck: no accepted request is lost.
#include <gtest/gtest.h>
#include <signal.h>

#include "fastcgi/probe_handler.h"

using namespace stagedoor::testing;

namespace {

class AProcess : public ::testing::TestWithParam<int> {};

}  // namespace

TEST_P(AProcess, ThatIsIdleEndsAtOnce) {
  ProbeHandler handler;
  EXPECT_EQ(handler.ask("a").body(), "0 of 1: a");
  const pid_t process = handler.process();
  kill(process, GetParam());
  EXPECT_EQ(handler.wait_for_end(process), 0);
}

TEST_P(AProcess, AnswersWhatItHasAcceptedAndLeavesTheRestToOthers) {
  constexpr int kWaiting = 200;  // more than a batch
  ProbeHandler handler;
  const pid_t process = handler.process();
  const std::string whole = request_bytes({}, "slow");
  const Peer slow = handler.send(whole.substr(0, 20));
  // Accepted in order: this one's answer says that the slow one was accepted.
  EXPECT_EQ(handler.ask("a").body(), "0 of 1: a");
  Busy busy(handler);
  std::vector<Peer> waiting;
  for (int i = 0; i < kWaiting; ++i) waiting.push_back(handler.ask("waiting"));
  kill(process, GetParam());
  busy.release();
  EXPECT_EQ(busy.peer().body(), "0 of 1: busy");
  slow.send(whole.substr(20));
  EXPECT_TRUE(slow.body().ends_with(": slow"));
  EXPECT_EQ(handler.wait_for_end(process), 0);
  handler.start_process();
  for (const Peer& peer : waiting) EXPECT_TRUE(peer.body().ends_with(": waiting"));
}

INSTANTIATE_TEST_SUITE_P(Told, AProcess, ::testing::Values(SIGTERM, SIGUSR1));

TEST(Processes, ThatEndOneAfterAnotherUnderLoadLoseNothing) {
  constexpr int kRestarts = 30;
  constexpr int kPeersPerRestart = 20;
  for (const char* mode : {"batches", "one"}) {
    ProbeHandler handler(mode, 2);
    for (int i = 0; i < kRestarts; ++i) {
      std::vector<Peer> peers;
      for (int k = 0; k < kPeersPerRestart; ++k) peers.push_back(handler.ask("a"));
      const pid_t process = handler.process();
      kill(process, SIGTERM);
      handler.start_process();
      // One that had not begun to serve is ended by the signal itself.
      const int end = handler.wait_for_end(process);
      EXPECT_TRUE(end == 0 || end == -SIGTERM) << end;
      for (const Peer& peer : peers) EXPECT_NE(peer.body(), "");
    }
  }
}

TEST(Processes, ThatAreAllStuckHaveWhatWaitsRefusedUntilOneIsFree) {
  ProbeHandler handler("one", 2);
  Busy first(handler);
  Busy second(handler);
  // Not answered at all, which nginx tells its client as a 503.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(handler.ask("refused").answer(), "");
  first.release();
  EXPECT_EQ(first.peer().body(), "0 of 1: busy");
  EXPECT_EQ(handler.ask("served").body(), "0 of 1: served");
  second.release();
  EXPECT_EQ(second.peer().body(), "0 of 1: busy");
}
