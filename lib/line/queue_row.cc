#include "line/queue_row.h"

namespace stagedoor::line {
namespace {

constexpr const char* kLockQueue =
    "SELECT version, front_place, ended_place, active, sold_out, credit, credited_at, snapshot"
    " FROM queues WHERE concert_id = ? FOR UPDATE";

constexpr const char* kSelectSale =
    "SELECT sale_opens_at, LEAST(last_date_at, COALESCE(sale_closes_at, last_date_at)),"
    " claim_seconds, max_active, admit_per_minute FROM concerts WHERE concert_id = ?";

constexpr const char* kSelectLastPlace =
    "SELECT last_place FROM queue_counters WHERE concert_id = ?";

}  // namespace

std::optional<QueueRow> lock_queue(db::Transaction& transaction, ConcertId id) {
  QueueRow row;
  if (!transaction.query(kLockQueue, id)
           .read_first(row.version, row.front_place, row.ended_place, row.active, row.sold_out,
                       row.pace.credit, row.pace.credited_at, row.snapshot)) {
    return std::nullopt;
  }
  return row;
}

SaleTimes read_sale(db::Transaction& transaction, ConcertId id) {
  SaleTimes sale;
  transaction.query(kSelectSale, id)
      .read_first(sale.opens_at, sale.closes_at, sale.claim_s, sale.limits.max_active,
                  sale.limits.admit_per_minute);
  return sale;
}

Place read_last_place(db::Transaction& transaction, ConcertId id) {
  Place place;
  transaction.query(kSelectLastPlace, id).read_first(place);
  return place;
}

}  // namespace stagedoor::line
