#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "http/json_body.h"
#include "sale/concert_rules.h"
#include "sale/concerts.h"

// How concerts and dates are read from and written to JSON, for the handlers that do so.
namespace stagedoor {

NewConcert read_new_concert(http::JsonObject& body);
NewDate read_new_date(http::JsonObject& body);

// Reads the settings that are there; the result applies them.
std::function<void(ConcertSettings&)> read_settings_change(http::JsonObject& body);

// The members of one concert, for an open object.
void write_concert(JsonWriter& json, const Concert& concert, SaleState state);
// A concert with every setting and its dates, as an organiser sees it.
std::string organiser_json(const sale::CreatedConcert& created, SaleState state);

void write_date(JsonWriter& json, const DateSummary& date);

}  // namespace stagedoor
