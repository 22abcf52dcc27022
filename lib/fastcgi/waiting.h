#pragma once

#include <optional>

#include "base/clock.h"
#include "http/request.h"

namespace stagedoor::fastcgi {

// How long a request may have waited for this process: a setting. One that waited longer is refused
// instead of carried out: by default its client knows within a second, and a process that works on
// requests whose clients have gone never catches up.
//
// A crowd that comes at one instant to work that is done quickly is served through: for the first
// two seconds of a queue it may be longer. Only a queue that stands, or slow work, is an overload.
class Patience {
 public:
  static constexpr Micros kForACrowd = std::chrono::seconds{2};
  // A request that waited less has met no queue.
  static constexpr Micros kNoQueue = std::chrono::milliseconds{100};
  static constexpr Micros kQuickWork = std::chrono::milliseconds{10};

  Patience(Micros wait_max, Micros now) : wait_max_(wait_max), no_queue_at_(now) {}

  // Whether a request that waited for so long is to be refused.
  bool is_over(Micros waited, Micros now);
  // What the work on one took.
  void note_work(Micros took) { usual_work_ = (7 * usual_work_ + took) / 8; }

 private:
  Micros wait_max_;
  Micros no_queue_at_;
  Micros usual_work_{};
};

// How long the request has waited for a process, and for the auth subrequest before that, by the
// clock that we share with the web server. Nothing when the web server did not say.
std::optional<Micros> time_waited(const http::Request& request, Time now);

}  // namespace stagedoor::fastcgi
