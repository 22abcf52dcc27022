#include "line/queue_row.h"

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

}  // namespace

std::optional<QueueRow> lock_queue(db::Transaction& transaction, ConcertId id) {
  return kLockQueue.first(transaction, id);
}

SaleTimes read_sale(db::Transaction& transaction, ConcertId id) {
  return kSelectSale.first(transaction, id).value_or(SaleTimes{});
}

Place read_last_place(db::Transaction& transaction, ConcertId id) {
  Place place;
  transaction.query(kSelectLastPlace, id).read_first(place);
  return place;
}

}  // namespace stagedoor::line
