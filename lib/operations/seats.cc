#include "operations/seats.h"

#include "base/json_writer.h"

namespace stagedoor::operations {
namespace {

constexpr const char* kSelectDate =
    "SELECT date_id FROM dates WHERE date_id = ? AND concert_id = ?";

// A hold that has lapsed is free from that instant.
constexpr const char* kSelectSeats =
    "SELECT number, label, section, grade, price,"
    " CASE WHEN status = 'HELD' AND held_until <= ? THEN 'AVAILABLE' ELSE status END"
    " FROM seats WHERE date_id = ? ORDER BY number";

}  // namespace

std::string list_seats_json(db::Connection& database, ConcertId concert_id, DateId date_id,
                            bool available_only, Time now) {
  if (!database.query(kSelectDate, date_id, concert_id).next()) return "";
  JsonWriter json;
  json.begin_array();
  std::int64_t number = 0;
  std::string label;
  std::optional<std::string> section;
  std::string grade;
  Money price;
  std::string status;
  for (db::Rows rows = database.query(kSelectSeats, now, date_id); rows.next();) {
    rows.read(number, label, section, grade, price, status);
    if (available_only && status != "AVAILABLE") continue;
    json.begin_object()
        .field("number", number)
        .field("label", label)
        .field("section", section)
        .field("grade", grade)
        .field("price", price)
        .field("status", status)
        .end_object();
  }
  return json.end_array().take();
}

}  // namespace stagedoor::operations
