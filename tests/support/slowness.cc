#include "support/slowness.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

namespace stagedoor::testing {
namespace {

constexpr double kComputesS = 0.002;
constexpr std::chrono::milliseconds kPause(18);

double computed_by_this_thread_s() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace

double Slowness::factor() const {
  while (computed_s_ == 0) std::this_thread::yield();
  return std::max(1.0, took_s_ / computed_s_);
}

void Slowness::measure() {
  const auto started = std::chrono::steady_clock::now();
  const double computed_before = computed_by_this_thread_s();
  double computed = 0;
  while (computed < kComputesS) computed = computed_by_this_thread_s() - computed_before;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  took_s_ = took_s_ + took.count();
  computed_s_ = computed_s_ + computed;
  std::this_thread::sleep_for(kPause);
}

}  // namespace stagedoor::testing
