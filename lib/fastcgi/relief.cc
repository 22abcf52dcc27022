#include "fastcgi/relief.h"

#include <fcgiapp.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <mutex>

#include "fastcgi/accept.h"
#include "metrics/metrics.h"

namespace stagedoor::fastcgi {
namespace {

constexpr std::chrono::milliseconds kLookEvery{200};
// Seen once, a connection may be about to be taken.
constexpr int kSightsNeeded = 2;
constexpr long kAcceptTimeNs = 20'000'000;
const int kInterrupt = SIGRTMIN;

void do_nothing(int /*signal*/) {}

// Interrupts what this thread does every 20 ms until the end of the scope: an accept() for a
// connection that somebody else was faster to take would keep it until the next one comes, which
// then is not to be refused.
class Interrupter {
 public:
  Interrupter() {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = kInterrupt;
    event._sigev_un._tid = gettid();
    is_armed_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
    const itimerspec every{{0, kAcceptTimeNs}, {0, kAcceptTimeNs}};
    if (is_armed_) timer_settime(timer_, 0, &every, nullptr);
  }
  ~Interrupter() {
    if (is_armed_) timer_delete(timer_);
  }
  Interrupter(const Interrupter&) = delete;
  Interrupter& operator=(const Interrupter&) = delete;
  [[nodiscard]] bool is_armed() const { return is_armed_; }

 private:
  timer_t timer_{};
  bool is_armed_ = false;
};

}  // namespace

// Signals to the process are the main thread's: the thread is born with all of them blocked.
Relief::Relief(int listen_descriptor, std::function<void(FCGX_Request&)> refuse)
    : listen_descriptor_(listen_descriptor), refuse_(std::move(refuse)) {
  struct sigaction action {};
  action.sa_handler = do_nothing;
  sigaction(kInterrupt, &action, nullptr);  // without SA_RESTART
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::jthread([this](const std::stop_token& stop) { look_out(stop); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Relief::look_out(const std::stop_token& stop) {
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, kInterrupt);
  pthread_sigmask(SIG_UNBLOCK, &interrupt, nullptr);
  std::mutex mutex;
  std::condition_variable_any stopped;
  int sights = 0;
  std::unique_lock lock(mutex);
  while (!stopped.wait_for(lock, stop, kLookEvery, [&] { return stop.stop_requested(); })) {
    sights = is_needed() ? sights + 1 : 0;
    if (sights < kSightsNeeded) continue;
    // The descriptor of a process that is about to end says forever that somebody waits.
    while (!stop.stop_requested() && is_needed() && refuse_one()) continue;
  }
}

bool Relief::is_needed() const {
  if (!metrics::all_are_stuck(kStuckAfter)) return false;
  pollfd waiting{listen_descriptor_, POLLIN, 0};
  return poll(&waiting, 1, 0) == 1 && waiting.revents == POLLIN;
}

bool Relief::refuse_one() {
  FCGX_Request fcgx;
  const Interrupter interrupter;
  if (!interrupter.is_armed() || !init_request(fcgx)) return false;
  const bool is_taken = accept_request(listen_descriptor_, fcgx);
  if (is_taken) refuse_(fcgx);
  FCGX_Free(&fcgx, 1);
  return is_taken;
}

}  // namespace stagedoor::fastcgi
