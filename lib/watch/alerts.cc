#include "watch/alerts.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/descriptor.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "db/columns.h"
#include "db/transaction.h"
#include "metrics/metrics.h"

namespace stagedoor::watch {
namespace {

constexpr Micros kQuietTime = std::chrono::minutes{10};
constexpr std::chrono::seconds kBackoffMax = std::chrono::hours{1};
constexpr auto kForgetAfter = std::chrono::days{30};
// Each may take the webhook's whole time limit, and cron starts a sweep every minute.
constexpr int kAlertsPerRun = 5;
constexpr std::size_t kMessageMax = 200;
constexpr std::size_t kDetailMax = 4'000;

constexpr const char* kSelectLastSent = "SELECT MAX(sent_at) FROM alerts WHERE message = ?";
constexpr const char* kInsertAlert =
    "INSERT INTO alerts (message, waits, detail, times, first_at, last_at, next_attempt_at)"
    " VALUES (?, TRUE, ?, 1, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE times = times + 1, last_at = VALUES(last_at)";
constexpr const char* kTakeAlert =
    "UPDATE alerts SET attempts = attempts + 1, next_attempt_at = ? WHERE alert_id = ?";
// Not if it has happened again meanwhile: then it is sent once more.
constexpr const char* kMarkSent =
    "UPDATE alerts SET waits = NULL, sent_at = ? WHERE alert_id = ? AND times = ?";
constexpr const char* kForgetOld = "DELETE FROM alerts WHERE last_at < ? LIMIT 500";
constexpr const char* kCountWaiting = "SELECT COUNT(*) FROM alerts WHERE waits = TRUE";

struct Alert {
  std::int64_t id = 0;
  std::string message;
  std::string detail;
  std::int64_t times = 0;
  Time first_at;
  Time last_at;
  std::int64_t attempts = 0;
};
const db::Select<Alert> kLockDue({{"alert_id", &Alert::id},
                                  {"message", &Alert::message},
                                  {"detail", &Alert::detail},
                                  {"times", &Alert::times},
                                  {"first_at", &Alert::first_at},
                                  {"last_at", &Alert::last_at},
                                  {"attempts", &Alert::attempts}},
                                 "FROM alerts WHERE waits = TRUE AND next_attempt_at <= ?"
                                 " ORDER BY next_attempt_at LIMIT ? FOR UPDATE SKIP LOCKED");

// Takes those whose turn it is: the next sweep finds their turn later.
std::vector<Alert> take_due(db::Connection& database) {
  return db::transact(database, [](db::Transaction& transaction) {
    const Time now = transaction.now();
    const auto due = kLockDue.all(transaction, now, kAlertsPerRun);
    for (const Alert& alert : due) {
      transaction.execute(kTakeAlert, now + alert_backoff(alert.attempts + 1), alert.id);
    }
    transaction.commit();
    return due;
  });
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

// Cut between two characters of UTF-8.
std::string shortened(const std::string& text, std::size_t bytes_max) {
  std::size_t length = std::min(text.size(), bytes_max);
  while (length > 0 && length < text.size() && (text[length] & 0xC0) == 0x80) --length;
  return text.substr(0, length);
}

}  // namespace

void raise_alert(db::Connection& database, const std::string& message, const std::string& detail) {
  const std::string short_message = shortened(message, kMessageMax);
  const Time now = database.now();
  std::optional<Time> last_sent_at;
  database.query(kSelectLastSent, short_message).read_first(last_sent_at);
  const Time first_attempt_at = last_sent_at ? std::max(now, *last_sent_at + kQuietTime) : now;
  database.execute(kInsertAlert, short_message, shortened(detail, kDetailMax), now, now,
                   first_attempt_at);
}

void collect_alerts(db::Connection& database, const std::string& directory) {
  // Two who read a file would count what it says twice.
  const Descriptor lock(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.is_open() || flock(lock.number(), LOCK_EX | LOCK_NB) != 0) return;
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    // One that is being written has an ending.
    if (!entry.path().has_extension()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    std::ifstream file(path);
    std::string message;
    std::string detail;
    if (!std::getline(file, message)) {
      log::event(log::Level::kWarning, "an alert cannot be read and stays", path.string());
      continue;
    }
    std::getline(file, detail);
    raise_alert(database, message, detail);
    std::filesystem::remove(path, error);
  }
}

void send_alerts(db::Connection& database, const SendAlert& send) {
  for (const Alert& alert : take_due(database)) {
    const std::string problem =
        send(alert_json(alert.message, alert.detail, alert.times, alert.first_at, alert.last_at));
    if (problem.empty()) {
      metrics::count(metrics::Counter::kAlertsSent);
      database.execute(kMarkSent, database.now(), alert.id, alert.times);
    } else {
      metrics::count(metrics::Counter::kAlertErrors);
      log::event(log::Level::kWarning, "an alert was not accepted and waits", problem);
    }
  }
  database.execute(kForgetOld, database.now() - kForgetAfter);
}

std::int64_t count_waiting_alerts(db::Connection& database) {
  std::int64_t count = 0;
  database.query(kCountWaiting).read_first(count);
  return count;
}

std::string alert_json(const std::string& message, const std::string& detail, std::int64_t times,
                       Time first_at, Time last_at) {
  const std::string host = host_name();
  std::string text = "Stagedoor on " + host + ": " + message;
  if (times > 1)
    text += " (" + std::to_string(times) + " times since " + to_rfc3339(first_at) + ")";
  if (!detail.empty()) text += "\n" + detail;
  JsonWriter json;
  json.begin_object()
      .field("text", text)
      .field("level", "critical")
      .field("host", host)
      .field("message", message)
      .field("detail", detail)
      .field("times", times)
      .field("first_at", first_at)
      .field("last_at", last_at)
      .end_object();
  return json.take();
}

std::chrono::seconds alert_backoff(std::int64_t attempts) {
  constexpr std::int64_t kDoublingsMax = 12;
  return std::min(kBackoffMax,
                  std::chrono::seconds{std::int64_t{1} << std::min(attempts, kDoublingsMax)});
}

}  // namespace stagedoor::watch
