#pragma once

#include <string>
#include <vector>

#include "base/json_writer.h"
#include "sale/reservation_rules.h"

namespace stagedoor {

std::string reservation_json(const Reservation& reservation);

// The member `seats` of a reservation or payment, for an open object.
void write_seats(JsonWriter& json, const std::vector<ReservedSeat>& seats);

}  // namespace stagedoor
