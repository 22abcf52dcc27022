#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "metrics/page.h"

// Counting. Until open() was called, and when it cannot use the page, all of this counts into
// memory of the process that is never read: callers need not care.
namespace stagedoor::metrics {

// From now on this process adds to the page of `handler` in `directory`. What keeps it from that is
// logged; nothing else depends on it.
void open(const std::string& directory, std::string_view handler);

void count(Counter counter, std::int64_t by = 1);
void count(Reconnect reason);
void observe(Duration duration, Micros took);
void set(Gauge gauge, std::int64_t value);
void set_to_now(Gauge gauge);

// Observes from its construction to its destruction.
class Timer {
 public:
  explicit Timer(Duration duration) : duration_(duration), started_at_(monotonic_now()) {}
  ~Timer() { observe(duration_, monotonic_now() - started_at_); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  Duration duration_;
  Micros started_at_;
};

// This process as one of those that serve its handler: counted as started, seen as up until its
// end, and as one that died when it ends without the destructor.
class ServingProcess {
 public:
  ServingProcess();
  ~ServingProcess();
  ServingProcess(const ServingProcess&) = delete;
  ServingProcess& operator=(const ServingProcess&) = delete;

 private:
  Slot* slot_;
};

// Around the time in which this process is at work on a request or on a batch of them.
void work_begins(Micros now);
void work_ends();
// Whether each process of this handler, this one included, has been at its present work for that
// long. Never without a page: then no process sees the others.
bool all_are_stuck(Micros since);

void count_request(std::string_view method, int status, Micros took);

}  // namespace stagedoor::metrics
