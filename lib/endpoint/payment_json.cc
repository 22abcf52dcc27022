#include "endpoint/payment_json.h"

#include "base/json_writer.h"
#include "endpoint/reservation_json.h"

namespace stagedoor {

std::string payment_json(const Payment& payment) {
  JsonWriter json;
  json.begin_object()
      .field("payment_id", payment.id)
      .field("reservation_id", payment.reservation_id)
      .field("user_id", payment.user_id)
      .field("concert_id", payment.concert_id)
      .field("concert_title", payment.concert_title)
      .field("date_id", payment.date_id)
      .field("starts_at", payment.starts_at);
  write_seats(json, payment.seats);
  return json.field("amount", payment.amount)
      .field("balance", payment.balance)
      .field("status", payment.status)
      .field("paid_at", payment.created_at)
      .field("refunded_at", payment.refunded_at)
      .end_object()
      .take();
}

}  // namespace stagedoor
