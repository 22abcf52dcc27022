#include "endpoint/reservation_json.h"

namespace stagedoor {

void write_seats(JsonWriter& json, const std::vector<ReservedSeat>& seats) {
  json.key("seats").begin_array();
  for (const ReservedSeat& seat : seats) {
    json.begin_object()
        .field("number", seat.number)
        .field("label", seat.label)
        .field("section", seat.section)
        .field("grade", seat.grade)
        .field("price", seat.price)
        .end_object();
  }
  json.end_array();
}

std::string reservation_json(const Reservation& reservation) {
  JsonWriter json;
  json.begin_object()
      .field("reservation_id", reservation.id)
      .field("user_id", reservation.user_id)
      .field("concert_id", reservation.concert_id)
      .field("concert_title", reservation.concert_title)
      .field("date_id", reservation.date_id)
      .field("starts_at", reservation.starts_at)
      .field("status", reservation.status);
  write_seats(json, reservation.seats);
  return json.field("amount", reservation.amount)
      .field("held_until", reservation.held_until)
      .field("created_at", reservation.created_at)
      .field("payment_id", reservation.payment_id)
      .end_object()
      .take();
}

}  // namespace stagedoor
