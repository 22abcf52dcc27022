#include "line/queue_row.h"

#include <cassert>

#include "db/columns.h"

namespace stagedoor::line {
namespace {

const db::Columns<Pace> kPaceColumns = {{"credit", &Pace::credit},
                                        {"credited_at", &Pace::credited_at}};
const db::Select<QueueRow> kLockQueue({{"version", &QueueRow::version},
                                       {"front_place", &QueueRow::front_place},
                                       {"ended_place", &QueueRow::ended_place},
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
     {&SaleTimes::limits, kLimitsColumns}},
    "FROM concerts WHERE concert_id = ?");

constexpr const char* kSelectLastPlace =
    "SELECT last_place FROM queue_counters WHERE concert_id = ?";

constexpr const char* kInsertQueue = "INSERT INTO queues (concert_id) VALUES (?)";
constexpr const char* kInsertQueueCounter = "INSERT INTO queue_counters (concert_id) VALUES (?)";

}  // namespace

void insert_line(db::Transaction& transaction, ConcertId id) {
  transaction.execute(kInsertQueue, id);
  transaction.execute(kInsertQueueCounter, id);
}

std::optional<QueueRow> lock_queue(db::Transaction& transaction, ConcertId id) {
  transaction.enter(db::LockRank::kLine);
  return kLockQueue.first(transaction, id);
}

SaleTimes read_sale(db::Transaction& transaction, ConcertId id) {
  assert(transaction.has_entered(db::LockRank::kLine));
  return kSelectSale.first(transaction, id).value_or(SaleTimes{});
}

Place read_last_place(db::Transaction& transaction, ConcertId id) {
  Place place;
  transaction.query(kSelectLastPlace, id).read_first(place);
  return place;
}

}  // namespace stagedoor::line
