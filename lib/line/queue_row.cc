#include "line/queue_row.h"

#include <cassert>

#include "db/columns.h"
#include "line/log.h"

namespace stagedoor::line {
namespace {

const db::Columns<Pace> kPaceColumns = {{"credit", &Pace::credit},
                                        {"credited_at", &Pace::credited_at}};
const db::Select<QueueRow> kLockQueue({{"version", &QueueRow::version},
                                       {"front_place", &QueueRow::front_place},
                                       {"ended_place", &QueueRow::ended_entry},
                                       {"active", &QueueRow::active},
                                       {"sold_out", &QueueRow::sold_out},
                                       {&QueueRow::pace, kPaceColumns},
                                       {"snapshot", &QueueRow::snapshot}},
                                      "FROM queues WHERE concert_id = ? FOR UPDATE");

const db::Columns<AdmissionLimits> kLimitsColumns = {
    {"max_active", &AdmissionLimits::max_active},
    {"admit_per_minute", &AdmissionLimits::admit_per_minute}};
const db::Select<SaleTimes> kSelectSale(
    {{"sale_opens_at", &SaleTimes::opens_at},
     {"LEAST(last_date_at, COALESCE(sale_closes_at, last_date_at))", &SaleTimes::closes_at},
     {"claim_seconds", &SaleTimes::claim_s},
     {&SaleTimes::limits, kLimitsColumns},
     {"(line_order = 'lottery')", &SaleTimes::is_lottery},
     {"draw_lead_seconds", &SaleTimes::draw_lead_s},
     {"beacon_due_at", &SaleTimes::beacon_due_at}},
    "FROM concerts WHERE concert_id = ?");

constexpr const char* kSelectLastEntry =
    "SELECT last_place FROM queue_counters WHERE concert_id = ?";

constexpr const char* kLockLastEntry =
    "SELECT last_place FROM queue_counters WHERE concert_id = ? FOR UPDATE";

constexpr const char* kInsertQueue = "INSERT INTO queues (concert_id) VALUES (?)";
constexpr const char* kInsertQueueCounter = "INSERT INTO queue_counters (concert_id) VALUES (?)";

}  // namespace

void insert_line(db::Transaction& transaction, ConcertId id) {
  transaction.execute(kInsertQueue, id);
  transaction.execute(kInsertQueueCounter, id);
  insert_log(transaction, id);
}

std::optional<QueueRow> lock_queue(db::Transaction& transaction, ConcertId id) {
  transaction.enter(db::LockRank::kLine);
  return kLockQueue.first(transaction, id);
}

SaleTimes read_sale(db::Transaction& transaction, ConcertId id) {
  assert(transaction.has_entered(db::LockRank::kLine));
  return kSelectSale.first(transaction, id).value_or(SaleTimes{});
}

Entry read_last_entry(db::Transaction& transaction, ConcertId id) {
  Entry entry;
  transaction.query(kSelectLastEntry, id).read_first(entry);
  return entry;
}

Entry lock_last_entry(db::Transaction& transaction, ConcertId id) {
  transaction.enter(db::LockRank::kPlaces);
  Entry entry;
  transaction.query(kLockLastEntry, id).read_first(entry);
  return entry;
}

bool is_untouched(db::Transaction& transaction, ConcertId id) {
  assert(transaction.has_entered(db::LockRank::kLine));
  return read_last_entry(transaction, id).value == 0 && lock_last_entry(transaction, id).value == 0;
}

}  // namespace stagedoor::line
