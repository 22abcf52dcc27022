#include "watch/sweep.h"

#include <thread>

#include "base/json_writer.h"
#include "base/log.h"
#include "line/line_ends.h"
#include "line/log.h"
#include "people/apply_once.h"
#include "people/housekeeping.h"
#include "sale/concerts.h"
#include "sale/lapsed_holds.h"
#include "watch/beacons.h"

namespace stagedoor::watch {
namespace {

// What a line may take beyond its first advance, so that a mass of lapses in one of them does not
// use up the minute until the next sweep.
constexpr Micros kBudgetPerLine = std::chrono::seconds{20};

// Lines that end in a mark alone are empty, but have rows to tidy.
constexpr const char* kSelectUntidy =
    "SELECT concert_id FROM queues WHERE tidied_place < ended_place";

std::vector<ConcertId> untidy_lines(db::Connection& database) {
  std::vector<ConcertId> concerts;
  for (db::Rows rows = database.query(kSelectUntidy); rows.next();) {
    rows.read(concerts.emplace_back());
  }
  return concerts;
}

// Runs one part of the sweep; its failure must not keep the others from their work.
void attempt(SweepSummary& summary, const char* part, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& e) {
    summary.errors.push_back(std::string(part) + ": " + e.what());
    log::event(log::Level::kError, part, e.what());
  }
}

// Repeats a bounded piece of work until there is nothing left; returns how much there was. It rests
// as long as it works: those who buy meanwhile come first.
std::int64_t in_batches(const std::function<std::int64_t()>& batch) {
  std::int64_t total = 0;
  for (;;) {
    const Micros began_at = monotonic_now();
    const std::int64_t done = batch();
    if (done == 0) return total;
    total += done;
    std::this_thread::sleep_for(monotonic_now() - began_at);
  }
}

}  // namespace

SweepSummary sweep(line::LineStores stores, const std::string& beacon_url,
                   const std::function<void()>& send_alerts) {
  const Micros started_at = monotonic_now();
  SweepSummary summary;
  attempt(summary, "expire lapsed holds", [&] {
    summary.holds_expired = in_batches([&] { return sale::expire_lapsed_holds(stores.database); });
  });
  attempt(summary, "forget old keys", [&] {
    summary.keys_pruned = in_batches([&] { return people::prune_keys(stores.database); });
  });
  attempt(summary, "forget old attempts, links and letters",
          [&] { in_batches([&] { return people::prune_accounts(stores.database); }); });
  attempt(summary, "ask for random values",
          [&] { summary.beacons_noted = note_beacons(stores.database, beacon_url); });
  std::vector<ConcertId> lines;
  attempt(summary, "look for lines", [&] { lines = line::lines_to_advance(stores.database); });
  for (const ConcertId id : lines) {
    // Each by itself: one that is blocked must not keep the others waiting for the next sweep.
    attempt(summary, "advance a line", [&] {
      const auto line =
          line::advance_line(stores.database, stores.memcached, id, {}, kBudgetPerLine);
      if (line) ++summary.lines_advanced;
    });
  }
  attempt(summary, "write logs", [&] {
    for (const ConcertId id : line::logs_to_write(stores.database)) {
      line::write_log(stores.database, id, kBudgetPerLine);
    }
  });
  attempt(summary, "tidy ended tokens", [&] {
    for (const ConcertId id : untidy_lines(stores.database)) {
      summary.tokens_tidied += line::tidy_ended_tokens(stores.database, id);
    }
  });
  attempt(summary, "archive past concerts",
          [&] { summary.concerts_archived = sale::archive_past_concerts(stores.database); });
  attempt(summary, "send alerts", send_alerts);
  summary.took = monotonic_now() - started_at;
  return summary;
}

std::string summary_json(const SweepSummary& summary) {
  JsonWriter json;
  json.begin_object()
      .field("time", system_now())
      .field("handler", "expire_holds")
      .field("lines_advanced", summary.lines_advanced)
      .field("tokens_tidied", summary.tokens_tidied)
      .field("holds_expired", summary.holds_expired)
      .field("keys_pruned", summary.keys_pruned)
      .field("concerts_archived", summary.concerts_archived)
      .field("beacons_noted", summary.beacons_noted)
      .field("ms", summary.took.count() / 1000)
      .key("errors")
      .begin_array();
  for (const std::string& error : summary.errors) json.value(error);
  return json.end_array().end_object().take();
}

}  // namespace stagedoor::watch
