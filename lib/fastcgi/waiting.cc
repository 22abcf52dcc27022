#include "fastcgi/waiting.h"

#include <algorithm>

#include "base/encoding.h"

namespace stagedoor::fastcgi {
namespace {

// 1763700000.125, as nginx writes times and durations.
std::optional<Micros> parse_milliseconds(std::string_view text) {
  const auto point = text.find('.');
  if (point == std::string_view::npos || text.size() - point != 4) return std::nullopt;
  const auto seconds = parse_integer(text.substr(0, point));
  const auto millis = parse_integer("1" + std::string(text.substr(point + 1)));
  if (!seconds || *seconds < 0 || !millis) return std::nullopt;
  return std::chrono::seconds{*seconds} + std::chrono::milliseconds{*millis - 1'000};
}

}  // namespace

bool Patience::is_over(Micros waited, Micros now) {
  if (waited < kNoQueue) no_queue_at_ = now;
  const bool is_crowd = usual_work_ < kQuickWork && now - no_queue_at_ < kForACrowd;
  return waited > (is_crowd ? std::max(kForACrowd, wait_max_) : wait_max_);
}

std::optional<Micros> time_waited(const http::Request& request, Time now) {
  const auto sent_at = parse_milliseconds(request.param("STAGEDOOR_SENT_AT"));
  if (!sent_at) return std::nullopt;
  const Micros since_sent = std::max(Micros{0}, now.time_since_epoch() - *sent_at);
  return since_sent +
         parse_milliseconds(request.param("STAGEDOOR_AUTH_SECONDS")).value_or(Micros{0});
}

}  // namespace stagedoor::fastcgi
