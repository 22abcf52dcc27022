#include "metrics/exposition.h"

#include <algorithm>
#include <functional>

namespace stagedoor::metrics {
namespace {

// 0.00025, 1, 2.5
std::string seconds(std::int64_t micros) {
  std::string text = micros < 0 ? "-" : "";
  const std::int64_t size = std::abs(micros);
  text += std::to_string(size / 1'000'000);
  std::string decimals = std::to_string(1'000'000 + size % 1'000'000).substr(1);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  return decimals.empty() ? text : text + "." + decimals;
}

struct CounterFamily {
  Counter counter;
  const char* name;
  const char* help;
};

constexpr std::array kOfHandlers = {
    CounterFamily{Counter::kProcessStarts, "stagedoor_process_starts_total",
                  "Processes that began to serve"},
    CounterFamily{Counter::kProcessDeaths, "stagedoor_process_deaths_total",
                  "Processes that ended without having been asked to, and were replaced"},
    CounterFamily{Counter::kRequestsShed, "stagedoor_http_requests_shed_total",
                  "Requests refused because they had waited too long for a process"},
    CounterFamily{Counter::kDatabaseErrors, "stagedoor_database_errors_total",
                  "Statements and connects that failed"},
    CounterFamily{Counter::kDatabaseConnects, "stagedoor_database_connects_total",
                  "Attempts to connect to the database"},
    CounterFamily{Counter::kLockTimeouts, "stagedoor_database_lock_timeouts_total",
                  "Statements that waited for a lock in vain"},
    CounterFamily{Counter::kDeadlocks, "stagedoor_database_deadlocks_total",
                  "Statements that the database ended to resolve a deadlock"},
    CounterFamily{Counter::kTransactionRetries, "stagedoor_transaction_retries_total",
                  "Transactions that were begun anew"},
    CounterFamily{Counter::kCommitsInDoubt, "stagedoor_commits_in_doubt_total",
                  "Commits whose outcome is unknown"},
    CounterFamily{Counter::kCacheErrors, "stagedoor_cache_errors_total",
                  "Calls of memcached that failed"},
};

constexpr std::array kOfTheInstallation = {
    CounterFamily{Counter::kJoins, "stagedoor_joins_total", "People who joined a line"},
    CounterFamily{Counter::kAdmissions, "stagedoor_admitted_total", "People who were let in"},
    CounterFamily{Counter::kHolds, "stagedoor_holds_total", "Reservations that were made"},
    CounterFamily{Counter::kCharges, "stagedoor_charges_total", "Charges of balances"},
    CounterFamily{Counter::kChargedAmount, "stagedoor_charged_amount_total",
                  "Money charged, in the smallest unit of the currency"},
    CounterFamily{Counter::kPayments, "stagedoor_payments_total", "Payments that were made"},
    CounterFamily{Counter::kPaidAmount, "stagedoor_paid_amount_total",
                  "Money paid, in the smallest unit of the currency"},
    CounterFamily{Counter::kRefunds, "stagedoor_refunds_total", "Payments that were refunded"},
    CounterFamily{Counter::kRefundedAmount, "stagedoor_refunded_amount_total",
                  "Money refunded, in the smallest unit of the currency"},
    CounterFamily{Counter::kSweeps, "stagedoor_sweeps_total", "Runs of the sweep"},
    CounterFamily{Counter::kSweepErrors, "stagedoor_sweep_errors_total",
                  "Runs of the sweep in which something failed"},
    CounterFamily{Counter::kAlertsSent, "stagedoor_alerts_sent_total",
                  "Alerts that the webhook accepted"},
    CounterFamily{Counter::kAlertErrors, "stagedoor_alert_errors_total",
                  "Alerts that the webhook did not accept, to be tried again"},
    CounterFamily{Counter::kPasswordChecks, "stagedoor_password_checks_total",
                  "Passwords that were compared with a hash"},
};

struct DurationFamily {
  Duration duration;
  const char* name;
  const char* help;
};

constexpr std::array kDurations = {
    DurationFamily{Duration::kRequest, "stagedoor_http_request_duration_seconds",
                   "Time that a process worked on a request"},
    DurationFamily{Duration::kWait, "stagedoor_http_wait_seconds",
                   "Time that a request waited for a process"},
    DurationFamily{Duration::kDatabase, "stagedoor_database_call_duration_seconds",
                   "Time of a statement or connect"},
    DurationFamily{Duration::kCache, "stagedoor_cache_call_duration_seconds",
                   "Time of a round trip to memcached"},
};

void write_requests(Exposition& text, const std::vector<MappedPage>& pages) {
  text.family("stagedoor_http_requests_total", "counter", "Requests that were answered");
  for (const auto& [handler, page] : pages) {
    for (std::size_t method = 0; method < kMethods.size(); ++method) {
      for (std::size_t row = 0; row < kStatuses; ++row) {
        const std::uint64_t count = page->requests[method][row].load(std::memory_order_relaxed);
        if (count == 0) continue;
        const std::string status = std::to_string(kStatusMin + static_cast<int>(row));
        text.sample({{"handler", handler}, {"method", kMethods[method]}, {"status", status}},
                    count);
      }
    }
  }
}

void write_instant(Exposition& text, const char* name, const char* help, std::uint64_t millis) {
  if (millis != 0) text.gauge(name, help, Micros{static_cast<std::int64_t>(millis) * 1'000});
}

void write_last_write(Exposition& text, const std::vector<MappedPage>& pages) {
  std::uint64_t last = 0;
  for (const auto& [handler, page] : pages) last = std::max(last, page->at(Gauge::kWrittenAt));
  write_instant(text, "stagedoor_last_write_timestamp_seconds",
                "When the database last accepted a write", last);
}

// What one binary alone knows, each from the page of that one.
void write_tools(Exposition& text, const std::vector<MappedPage>& pages) {
  for (const auto& [handler, page] : pages) {
    write_instant(text, "stagedoor_last_sweep_timestamp_seconds",
                  "When the sweep last ran to its end", page->at(Gauge::kSweptAt));
    if (page->at(Gauge::kAuditedAt) == 0) continue;
    write_instant(text, "stagedoor_last_audit_timestamp_seconds",
                  "When the audit last ran to its end", page->at(Gauge::kAuditedAt));
    text.gauge("stagedoor_audit_violations", "Invariants that the last audit found violated",
               page->at(Gauge::kAuditViolations));
  }
}

}  // namespace

Exposition& Exposition::family(std::string_view name, std::string_view type,
                               std::string_view help) {
  name_ = name;
  text_ += "# HELP " + name_ + " ";
  text_ += help;
  text_ += "\n# TYPE " + name_ + " ";
  text_ += type;
  text_ += '\n';
  return *this;
}

Exposition& Exposition::line(std::string_view suffix, Labels labels, std::string_view value) {
  text_ += name_;
  text_ += suffix;
  char before = '{';
  for (const auto& [name, content] : labels) {
    text_ += before;
    text_ += name;
    text_ += "=\"";
    text_ += content;
    text_ += '"';
    before = ',';
  }
  if (labels.size() > 0) text_ += '}';
  text_ += ' ';
  text_ += value;
  text_ += '\n';
  return *this;
}

Exposition& Exposition::sample(Labels labels, std::int64_t value) {
  return line("", labels, std::to_string(value));
}

Exposition& Exposition::sample(Labels labels, std::uint64_t value) {
  return line("", labels, std::to_string(value));
}

Exposition& Exposition::sample(Labels labels, Micros value) {
  return line("", labels, seconds(value.count()));
}

Exposition& Exposition::histogram(std::string_view handler, const Histogram& histogram) {
  std::uint64_t total = 0;
  for (std::size_t bucket = 0; bucket < histogram.buckets.size(); ++bucket) {
    total += histogram.buckets[bucket].load(std::memory_order_relaxed);
    const bool last = bucket == kBucketBounds.size();
    line("_bucket",
         {{"handler", handler}, {"le", last ? "+Inf" : seconds(kBucketBounds.at(bucket))}},
         std::to_string(total));
  }
  const auto sum_us = static_cast<std::int64_t>(histogram.sum_us.load(std::memory_order_relaxed));
  line("_sum", {{"handler", handler}}, seconds(sum_us));
  return line("_count", {{"handler", handler}}, std::to_string(total));
}

Processes look_at_processes(const Page& page) {
  Processes seen;
  for (const Slot& slot : page.slots) {
    const ProcessName process(slot.process.load(std::memory_order_relaxed));
    if (!process.is_alive()) continue;
    ++seen.up;
    if (slot.busy_since.load(std::memory_order_relaxed) != 0) ++seen.busy;
    seen.resident_bytes += process.resident_bytes();
  }
  return seen;
}

std::uint64_t requests_of(const Page& page) {
  std::uint64_t total = 0;
  for (const auto& statuses : page.requests) {
    for (const Number& count : statuses) total += count.load(std::memory_order_relaxed);
  }
  return total;
}

void write_pages(Exposition& text, const std::vector<MappedPage>& pages) {
  write_requests(text, pages);
  for (const DurationFamily& family : kDurations) {
    text.family(family.name, "histogram", family.help);
    for (const auto& [handler, page] : pages) {
      text.histogram(handler, page->durations[index_of(family.duration)]);
    }
  }
  for (const CounterFamily& family : kOfHandlers) {
    text.family(family.name, "counter", family.help);
    for (const auto& [handler, page] : pages) {
      text.sample({{"handler", handler}}, page->at(family.counter));
    }
  }
  text.family("stagedoor_database_reconnects_total", "counter",
              "Connections that were given up for another one");
  for (const auto& [handler, page] : pages) {
    for (std::size_t i = 0; i < kReconnectTexts.size(); ++i) {
      text.sample({{"handler", handler}, {"reason", kReconnectTexts.at(i)}},
                  page->reconnects.at(i).load(std::memory_order_relaxed));
    }
  }
  text.family("stagedoor_cache_lookups_total", "counter", "Keys looked for in memcached");
  for (const auto& [handler, page] : pages) {
    text.sample({{"handler", handler}, {"result", "hit"}}, page->at(Counter::kCacheHits));
    text.sample({{"handler", handler}, {"result", "miss"}}, page->at(Counter::kCacheMisses));
  }
  for (const CounterFamily& family : kOfTheInstallation) {
    std::uint64_t total = 0;
    for (const auto& [handler, page] : pages) total += page->at(family.counter);
    text.family(family.name, "counter", family.help).sample({}, total);
  }
  write_last_write(text, pages);
  write_tools(text, pages);
}

void write_processes(Exposition& text, const std::vector<MappedPage>& pages) {
  std::vector<std::pair<std::string, Processes>> all;
  for (const auto& [handler, page] : pages) {
    if (page->at(Counter::kProcessStarts) > 0) all.emplace_back(handler, look_at_processes(*page));
  }
  const auto write = [&](const char* name, const char* help, std::int64_t Processes::*member) {
    text.family(name, "gauge", help);
    for (const auto& [handler, seen] : all) text.sample({{"handler", handler}}, seen.*member);
  };
  write("stagedoor_processes", "Processes that serve", &Processes::up);
  write("stagedoor_processes_busy", "Processes that are at work on a request", &Processes::busy);
  write("stagedoor_process_resident_memory_bytes", "Resident memory of all of them together",
        &Processes::resident_bytes);
}

void write_backlogs(Exposition& text, const std::vector<Backlog>& backlogs) {
  if (backlogs.empty()) return;
  text.family("stagedoor_backlog", "gauge", "Requests that wait for a process");
  for (const auto& [handler, waiting] : backlogs) text.sample({{"handler", handler}}, waiting);
}

}  // namespace stagedoor::metrics
