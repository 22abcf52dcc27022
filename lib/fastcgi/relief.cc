#include "fastcgi/relief.h"

#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include "metrics/metrics.h"

namespace stagedoor::fastcgi {
namespace {

constexpr std::chrono::milliseconds kLookEvery{200};

}  // namespace

Relief::Relief(int listening_descriptor, Micros wait_max)
    : descriptor_(listening_descriptor),
      stuck_after_(2 * wait_max / 3),
      thread_([this](const std::stop_token& stop) { look_out(stop); }) {}

void Relief::look_out(const std::stop_token& stop) const {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stopped.wait_for(lock, stop, kLookEvery, [&] { return stop.stop_requested(); })) {
    close_waiting();
  }
}

void Relief::close_waiting() const {
  while (metrics::all_are_stuck(stuck_after_)) {
    const int connection = accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    close(connection);
    metrics::count(metrics::Counter::kRequestsShed);
  }
}

}  // namespace stagedoor::fastcgi
