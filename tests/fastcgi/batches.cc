// A process takes what waits at its socket and answers it as one batch.
#include <gtest/gtest.h>
#include <signal.h>

#include "fastcgi/probe_handler.h"

using namespace stagedoor::testing;

namespace {

std::vector<std::string> bodies(const std::vector<Peer>& peers) {
  std::vector<std::string> result;
  for (const Peer& peer : peers) result.push_back(peer.body());
  return result;
}

std::string status_of(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }

}  // namespace

TEST(ABatch, IsWhatWaitsInTheOrderInWhichItCame) {
  ProbeHandler handler;
  Busy busy(handler);
  std::vector<Peer> peers;
  for (const char* body : {"a", "b", "c"}) peers.push_back(handler.ask(body));
  busy.release();
  EXPECT_EQ(busy.peer().body(), "0 of 1: busy");
  EXPECT_EQ(bodies(peers), (std::vector<std::string>{"0 of 3: a", "1 of 3: b", "2 of 3: c"}));
}

TEST(ABatch, IsNotWaitedFor) {
  const ProbeHandler handler;
  EXPECT_EQ(handler.ask("alone").body(), "0 of 1: alone");
}

TEST(ABatch, HasABound) {
  constexpr int kWaiting = 70;
  ProbeHandler handler;
  Busy busy(handler);
  std::vector<Peer> peers;
  for (int i = 0; i < kWaiting; ++i) peers.push_back(handler.ask(std::to_string(i)));
  busy.release();
  EXPECT_EQ(peers.at(0).body(), "0 of 64: 0");
  EXPECT_EQ(peers.at(63).body(), "63 of 64: 63");
  EXPECT_EQ(peers.at(64).body(), "0 of 6: 64");
  EXPECT_EQ(peers.at(69).body(), "5 of 6: 69");
}

TEST(ABatch, OfAnOrdinaryHandlerIsOfOne) {
  ProbeHandler handler("one");
  Busy busy(handler);
  const Peer first = handler.ask("a");
  const Peer second = handler.ask("b");
  busy.release();
  EXPECT_EQ(first.body(), "0 of 1: a");
  EXPECT_EQ(second.body(), "0 of 1: b");
}

TEST(ABatch, HasRequestsOfAllSizes) {
  ProbeHandler handler;
  Busy busy(handler);
  std::vector<Peer> peers;
  std::vector<std::string> expected;
  for (const std::size_t size : {0, 1, 7'000, 8'190, 16'384}) {
    const std::string text(size, 'x');
    peers.push_back(handler.send(request_bytes({{"HTTP_LARGE", text}}, text)));
    expected.push_back(std::to_string(expected.size()) + " of 5: " + text);
  }
  busy.release();
  EXPECT_EQ(bodies(peers), expected);
}

TEST(ABatch, RefusesOneOfItsRequestsAlone) {
  ProbeHandler handler;
  Busy busy(handler);
  const Peer before = handler.ask("a");
  const Peer refused = handler.ask("b", "refuse");
  const Peer after = handler.ask("c");
  busy.release();
  EXPECT_EQ(before.body(), "0 of 3: a");
  EXPECT_EQ(status_of(refused.answer()), "Status: 404");
  EXPECT_EQ(after.body(), "2 of 3: c");
}

TEST(ABatch, IsAnsweredByAnExceptionAsAWhole) {
  ProbeHandler handler;
  for (const auto& [order, status] : {std::pair{"unavailable", "503"}, {"fail", "500"}}) {
    Busy busy(handler);
    const Peer one = handler.ask("a");
    const Peer other = handler.ask("b", order);
    busy.release();
    EXPECT_EQ(status_of(one.answer()), std::string("Status: ") + status);
    EXPECT_EQ(status_of(other.answer()), std::string("Status: ") + status);
  }
  EXPECT_EQ(handler.ask("and goes on").body(), "0 of 1: and goes on");
}

TEST(ABatch, DoesNotWaitForAPeerWhoseBodyHasNotArrived) {
  ProbeHandler handler;
  const std::string whole = request_bytes({}, "slow");
  Busy busy(handler);
  const Peer before = handler.ask("a");
  const Peer slow = handler.send(whole.substr(0, whole.size() - 10));
  const Peer after = handler.ask("b");
  busy.release();
  EXPECT_EQ(before.body(), "0 of 2: a");
  EXPECT_EQ(after.body(), "1 of 2: b");
  EXPECT_EQ(handler.ask("c").body(), "0 of 1: c");
  slow.send(whole.substr(whole.size() - 10));
  EXPECT_EQ(slow.body(), "0 of 1: slow");
}

TEST(ABatch, DropsAPeerThatNeverSendsItsRequest) {
  const std::string whole = request_bytes({}, "never");
  for (const char* mode : {"batches", "one"}) {
    const ProbeHandler handler(mode);
    const Peer silent = handler.send("");
    const Peer slow = handler.send(whole.substr(0, whole.size() / 2));
    EXPECT_EQ(handler.ask("not held up").body(), "0 of 1: not held up");
    EXPECT_EQ(silent.answer(), "");
    EXPECT_EQ(slow.answer(), "");
  }
}

TEST(ABatch, DropsOfMoreSilentPeersThanItKeepsTheOldest) {
  constexpr std::size_t kKept = 256;
  const ProbeHandler handler;
  std::vector<Peer> silent;
  for (std::size_t i = 0; i < kKept + 1; ++i) silent.push_back(handler.send(""));
  EXPECT_EQ(silent.front().answer(), "");
  silent.back().send(request_bytes({}, "late"));
  EXPECT_EQ(silent.back().body(), "0 of 1: late");
}

TEST(ABatch, IsNotTouchedByWhatIsNoRequest) {
  const std::string begin = record(1, std::string("\0\1\0\0\0\0\0\0", 8));
  const std::string ends = record(4, "") + record(5, "");
  const std::vector<std::string> malformed = {
      "GET / HTTP/1.1\r\nHost: drain\r\n\r\n",
      std::string(100, '\0'),
      record(5, "") + ends,                                     // no beginning
      record(1, "\0\1") + ends,                                 // a short one
      begin + begin + ends,                                     // two
      begin + record(4, "", 2),                                 // of another request
      record(1, std::string("\0\1\0\0\0\0\0\0", 8), 0) + ends,  // of none
      begin + record(5, "") + record(4, ""),                    // out of order
      begin + record(9, "") + ends,                             // a kind that nginx never sends
      begin +
          record(4,
                 "\x7f\x7f"
                 "AB") +
          ends,  // a longer pair than its record
      begin + record(4, "\xff\xff\xff\xff\xff\xff\xff\xff") + ends,
      record(1, std::string("\0\7\0\0\0\0\0\0", 8)) + ends,        // no role of ours
      begin + std::string(3, '\1'),                                // and nothing more
      request_bytes({{"HTTP_LARGE", std::string(150'000, 'x')}}),  // too large
  };
  ProbeHandler handler;
  const pid_t process = handler.process();
  for (std::size_t i = 0; i < malformed.size(); ++i) {
    SCOPED_TRACE(i);
    Busy busy(handler);
    const Peer before = handler.ask("a");
    const Peer bad = handler.send(malformed[i]);
    const Peer after = handler.ask("b");
    busy.release();
    EXPECT_EQ(before.body(), "0 of 2: a");
    EXPECT_EQ(after.body(), "1 of 2: b");
    EXPECT_EQ(bad.answer(), "");
  }
  EXPECT_EQ(kill(process, 0), 0);
}

TEST(ABatch, AloneDiesWithItsProcess) {
  ProbeHandler handler;
  Busy busy(handler);
  std::vector<Peer> batch;
  for (int i = 0; i < 63; ++i) batch.push_back(handler.ask("a"));
  batch.push_back(handler.ask("b", "die"));
  const Peer next = handler.ask("c");
  busy.release();
  EXPECT_EQ(handler.wait_for_end(handler.process()), -SIGKILL);
  for (const Peer& peer : batch) EXPECT_EQ(peer.answer(), "");
  handler.start_process();
  EXPECT_EQ(next.body(), "0 of 1: c");
}
