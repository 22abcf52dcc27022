#pragma once

#include <atomic>

#include "support/concurrency.h"

namespace stagedoor::testing {

// How much slower than alone a thread computes on this machine, from the construction on. A bound
// on time that the contract names is multiplied by it, so that what else runs decides no verdict.
class Slowness {
 public:
  // 1 on an idle machine.
  [[nodiscard]] double factor() const;

 private:
  void measure();

  std::atomic<double> computed_s_{0};
  std::atomic<double> took_s_{0};
  Background meter_{[this] { measure(); }};
};

}  // namespace stagedoor::testing
