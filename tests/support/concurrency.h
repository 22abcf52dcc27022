#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace stagedoor::testing {

// What calls that return `Result` can write side by side: the elements of vector<bool> share bytes.
template <typename Result>
using Results = std::vector<std::conditional_t<std::is_same_v<Result, bool>, char, Result>>;

// Calls fn(0) ... fn(calls - 1), spread over `threads` threads that start together, and returns the
// results by call number. The first exception of any call is thrown here, after all have ended.
template <typename Function>
auto parallel(std::size_t threads, std::size_t calls, Function fn)
    -> Results<decltype(fn(std::size_t{}))> {
  Results<decltype(fn(std::size_t{}))> results(calls);
  std::atomic<std::size_t> next{0};
  std::exception_ptr first_error;
  std::mutex error_mutex;
  std::atomic<bool> go{false};
  std::vector<std::thread> workers;
  workers.reserve(threads);
  for (std::size_t worker = 0; worker < threads; ++worker) {
    workers.emplace_back([&] {
      go.wait(false);
      try {
        for (std::size_t call = next++; call < calls; call = next++) results[call] = fn(call);
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!first_error) first_error = std::current_exception();
      }
    });
  }
  go = true;
  go.notify_all();
  for (std::thread& worker : workers) worker.join();
  if (first_error) std::rethrow_exception(first_error);
  return results;
}

// Asks `condition` until it holds; false when it does not after pauses that add up to the deadline.
// What the asking takes on a busy machine does not count, up to twenty times the deadline.
inline bool eventually(std::chrono::milliseconds deadline, const std::function<bool()>& condition) {
  constexpr std::chrono::milliseconds kPause(10);
  const auto latest_end = std::chrono::steady_clock::now() + 20 * deadline;
  for (std::chrono::milliseconds paused(0);; paused += kPause) {
    const bool is_last = paused >= deadline || std::chrono::steady_clock::now() >= latest_end;
    if (condition()) return true;
    if (is_last) return false;
    std::this_thread::sleep_for(kPause);
  }
}

// Runs `work` again and again in a thread of its own until the end of the scope.
class Background {
 public:
  explicit Background(std::function<void()> work)
      : thread_([this, work = std::move(work)] {
          try {
            while (!stop_) work();
          } catch (...) {
            error_ = std::current_exception();
          }
        }) {}
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  // Waits for the running round; throws what the work threw.
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  std::atomic<bool> stop_{false};
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace stagedoor::testing
