#include "metrics/metrics.h"

#include <algorithm>

#include "base/log.h"

namespace stagedoor::metrics {
namespace {

// Where this process counts.
struct Place {
  Page unread;  // never touched, and so no memory, once there is a page
  Page* page = &unread;
  Slot* slot = &unread.slots[0];
};

Place& place() {
  static Place place;
  return place;
}

void add(Number& number, std::int64_t by = 1) {
  number.fetch_add(static_cast<std::uint64_t>(by), std::memory_order_relaxed);
}

// Frees the slots of processes that are gone; each was killed, or gave up.
void bury_the_dead(Page& page) {
  for (Slot& slot : page.slots) {
    std::uint64_t packed = slot.process.load(std::memory_order_relaxed);
    if (packed == 0 || ProcessName(packed).is_alive()) continue;
    if (slot.process.compare_exchange_strong(packed, 0))
      add(page.counters[index_of(Counter::kProcessDeaths)]);
  }
}

Slot* take_slot(Page& page) {
  const std::uint64_t own = ProcessName::own().packed();
  for (Slot& slot : page.slots) {
    std::uint64_t none = 0;
    if (!slot.process.compare_exchange_strong(none, own)) continue;
    slot.busy_since.store(0, std::memory_order_relaxed);
    return &slot;
  }
  return nullptr;
}

}  // namespace

void open(const std::string& directory, std::string_view handler) {
  std::string problem;
  Page* const page = map_page(directory, handler, problem);
  place().page = page != nullptr ? page : &place().unread;
  if (page == nullptr) {
    log::event(log::Level::kWarning, "this process runs without metrics", problem);
  }
}

void count(Counter counter, std::int64_t by) { add(place().page->counters[index_of(counter)], by); }

void count(Reconnect reason) { add(place().page->reconnects[index_of(reason)]); }

void observe(Duration duration, Micros took) {
  Histogram& histogram = place().page->durations[index_of(duration)];
  const auto* const bound =
      std::lower_bound(kBucketBounds.begin(), kBucketBounds.end(), took.count());
  add(histogram.buckets[static_cast<std::size_t>(bound - kBucketBounds.begin())]);
  add(histogram.sum_us, std::max<std::int64_t>(0, took.count()));
}

void set(Gauge gauge, std::int64_t value) {
  place().page->gauges[index_of(gauge)].store(static_cast<std::uint64_t>(value),
                                              std::memory_order_relaxed);
}

void set_to_now(Gauge gauge) {
  set(gauge, system_now().time_since_epoch() / std::chrono::milliseconds{1});
}

ServingProcess::ServingProcess() {
  bury_the_dead(*place().page);
  count(Counter::kProcessStarts);
  slot_ = take_slot(*place().page);
  if (slot_ != nullptr) place().slot = slot_;
}

ServingProcess::~ServingProcess() {
  if (slot_ != nullptr) slot_->process.store(0, std::memory_order_relaxed);
}

void work_begins(Micros now) {
  place().slot->busy_since.store(static_cast<std::uint64_t>(now.count()),
                                 std::memory_order_relaxed);
}

void work_ends() { place().slot->busy_since.store(0, std::memory_order_relaxed); }

bool all_are_stuck(Micros since) {
  if (place().page == &place().unread) return false;
  const auto limit = static_cast<std::uint64_t>((monotonic_now() - since).count());
  const auto is_stuck = [limit](const Slot& slot) {
    const std::uint64_t busy_since = slot.busy_since.load(std::memory_order_relaxed);
    return busy_since != 0 && busy_since <= limit;
  };
  const auto& slots = place().page->slots;
  return is_stuck(*place().slot) && std::all_of(slots.begin(), slots.end(), [&](const Slot& slot) {
           return slot.process.load(std::memory_order_relaxed) == 0 || is_stuck(slot);
         });
}

void count_request(std::string_view method, int status, Micros took) {
  const auto known = std::find(kMethods.begin(), kMethods.end() - 1, method);
  const int row = std::clamp(status - kStatusMin, 0, static_cast<int>(kStatuses) - 1);
  add(place().page->requests[static_cast<std::size_t>(known - kMethods.begin())]
                            [static_cast<std::size_t>(row)]);
  observe(Duration::kRequest, took);
}

}  // namespace stagedoor::metrics
