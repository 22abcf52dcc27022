#include "watch/outage.h"

#include <cstdio>
#include <fstream>
#include <thread>

#include "base/log.h"
#include "metrics/metrics.h"

namespace stagedoor::watch {
namespace {

constexpr Micros kPatience = std::chrono::seconds{10};
constexpr std::chrono::milliseconds kAskEvery{250};

constexpr const char* kDownMessage = "the database does not answer";
constexpr const char* kUnusableMessage = "the database takes no writes";
constexpr const char* kUpMessage = "the database answers again";

Time time_of(std::int64_t micros) { return Time{Micros{micros}}; }

}  // namespace

bool OutageWatch::database_is_usable(db::Connection& database) {
  const Micros started_at = monotonic_now();
  const Micros patience = read() ? Micros{0} : kPatience;
  while ((state_ = database.state()) != db::ServerState::kUsable) {
    if (monotonic_now() - started_at >= patience) return false;
    std::this_thread::sleep_for(kAskEvery);
  }
  return true;
}

void OutageWatch::tell(const SendAlert& send) {
  const Time now = system_now();
  Outage outage = read().value_or(Outage{.since = now - kPatience, .next_attempt_at = now});
  if (send && !outage.told && now >= outage.next_attempt_at) {
    const char* const message = state_ == db::ServerState::kDown ? kDownMessage : kUnusableMessage;
    const std::string problem =
        send(alert_json(message, "since " + to_rfc3339(outage.since), 1, outage.since, now));
    outage.told = problem.empty();
    outage.next_attempt_at = now + alert_backoff(++outage.attempts);
    metrics::count(problem.empty() ? metrics::Counter::kAlertsSent
                                   : metrics::Counter::kAlertErrors);
    if (!problem.empty()) {
      log::event(log::Level::kWarning, "an alert was not accepted and waits", problem);
    }
  }
  write(outage);
}

void OutageWatch::settle(db::Connection& database) {
  const auto outage = read();
  if (!outage) return;
  raise_alert(database, kUpMessage,
              "it did not from " + to_rfc3339(outage->since) + " to " + to_rfc3339(system_now()));
  std::remove(file_.c_str());
}

std::optional<OutageWatch::Outage> OutageWatch::read() const {
  std::ifstream file(file_);
  std::int64_t since = 0;
  std::int64_t next_attempt_at = 0;
  Outage outage;
  if (!(file >> since >> outage.told >> outage.attempts >> next_attempt_at)) return std::nullopt;
  outage.since = time_of(since);
  outage.next_attempt_at = time_of(next_attempt_at);
  return outage;
}

// In one step, so that a sweep that runs at the same time reads all of it or what was before.
void OutageWatch::write(const Outage& outage) const {
  const std::string fresh = file_ + ".new";
  std::ofstream(fresh) << outage.since.time_since_epoch().count() << ' ' << outage.told << ' '
                       << outage.attempts << ' '
                       << outage.next_attempt_at.time_since_epoch().count() << '\n';
  std::rename(fresh.c_str(), file_.c_str());
}

}  // namespace stagedoor::watch
