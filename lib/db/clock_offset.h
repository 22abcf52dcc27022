#pragma once

#include <optional>

#include "base/clock.h"

namespace stagedoor::db {

// How far the database's clock is from this process's monotonic one, as round trips tell: an answer
// was made at some moment between the question and its arrival. The shortest trip knows best, until
// it is contradicted: then a clock has stepped.
class ClockOffset {
 public:
  void sample(Time answer, Micros asked_at, Micros answered_at);
  void forget() { known_.reset(); }

  // The database's time at this monotonic one; nothing without a sample, or when the best one is a
  // minute old.
  [[nodiscard]] std::optional<Time> at(Micros monotonic) const;

 private:
  struct Known {
    Micros offset{};
    Micros error{};  // at most
    Micros measured_at{};
  };
  std::optional<Known> known_;
};

}  // namespace stagedoor::db
