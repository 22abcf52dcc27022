#include "endpoint/concert_json.h"

namespace stagedoor {
namespace {

constexpr http::Range kTitleLength{1, 200};
constexpr http::Range kDescriptionLength{0, 5'000};
constexpr http::Range kSectionLength{1, 64};
constexpr http::Range kGradeLength{1, 32};
constexpr http::Range kLabelLength{1, kLabelLengthMax};
constexpr http::Range kDatesCount{1, 100};
constexpr http::Range kRangesCount{1, 500};
// Some decades of the fastest chain.
constexpr std::int64_t kBeaconRoundMax = 1'000'000'000;

struct NumberSetting {
  const char* name;
  http::Range range;
  std::int64_t ConcertSettings::*member;
};

constexpr NumberSetting kNumberSettings[] = {
    {"max_active", {1, 100'000}, &ConcertSettings::max_active},
    {"admit_per_minute", {0, 6'000'000}, &ConcertSettings::admit_per_minute},
    {"claim_seconds", {5, 3'600}, &ConcertSettings::claim_s},
    {"active_seconds", {5, 86'400}, &ConcertSettings::active_s},
    {"hold_seconds", {5, 86'400}, &ConcertSettings::hold_s},
    {"max_seats_per_user", {1, 100}, &ConcertSettings::max_seats_per_user},
    {"draw_lead_seconds", {0, 3'600}, &ConcertSettings::draw_lead_s},
};

struct TextSetting {
  const char* name;
  http::Range length;
  std::string ConcertSettings::*member;
};

constexpr TextSetting kTextSettings[] = {
    {"title", kTitleLength, &ConcertSettings::title},
    {"artist", kTitleLength, &ConcertSettings::artist},
    {"venue", kTitleLength, &ConcertSettings::venue},
};

struct TimeSetting {
  const char* name;
  std::optional<Time> ConcertSettings::*member;
};

constexpr TimeSetting kTimeSettings[] = {
    {"sale_opens_at", &ConcertSettings::sale_opens_at},
    {"sale_closes_at", &ConcertSettings::sale_closes_at},
    {"refund_until", &ConcertSettings::refund_until},
};

std::optional<LineOrder> read_order(http::JsonObject& body) {
  const auto text = body.optional_text("order", {1, 16});
  if (!text) return std::nullopt;
  const auto order = parse_enum<LineOrder>(*text);
  if (!order) body.fail("order", "must be fifo or lottery");
  return order;
}

std::optional<Beacon> read_beacon(http::JsonObject& body) {
  auto object = body.optional_object("beacon");
  if (!object) return std::nullopt;
  if (object->text("kind", {1, 16}) != "drand") object->fail("kind", "must be drand");
  Beacon beacon{.chain = object->text("chain", {1, 64}),
                .round = object->integer("round", {1, kBeaconRoundMax})};
  const auto due_at = beacon_due_at(beacon.chain, beacon.round);
  if (!due_at) object->fail("chain", "is not a chain of drand that is known here");
  // Of a chain that is not known nothing more is wrong.
  beacon.due_at = due_at.value_or(Time::max());
  return beacon;
}

void note_all(http::JsonObject& body, const std::vector<FieldError>& errors) {
  for (const FieldError& error : errors) body.fail(error.field, error.detail);
}

SeatRange read_seat_range(http::JsonObject& body) {
  SeatRange range;
  const std::size_t errors_before = body.errors_noted();
  range.from = body.integer("from", {1, kSeatNumberMax});
  range.to = body.integer("to", {1, kSeatNumberMax});
  if (body.errors_noted() > errors_before) {
    // Of placeholders nothing follows: this one seat overlaps no other.
    range.from = range.to = -static_cast<std::int64_t>(body.errors_noted());
  }
  range.section = body.optional_text("section", kSectionLength);
  range.grade = body.optional_text("grade", kGradeLength).value_or(range.grade);
  range.price = Money{body.integer("price", {0, kPriceMax})};
  range.label = body.optional_text("label", kLabelLength);
  return range;
}

void write_settings(JsonWriter& json, const ConcertSettings& settings) {
  for (const NumberSetting& setting : kNumberSettings) {
    json.field(setting.name, settings.*setting.member);
  }
  json.field("order", settings.order).field("refund_until", settings.refund_until).key("beacon");
  if (!settings.beacon) {
    json.value(nullptr);
    return;
  }
  json.begin_object()
      .field("kind", "drand")
      .field("chain", settings.beacon->chain)
      .field("round", settings.beacon->round)
      .end_object();
}

}  // namespace

NewDate read_new_date(http::JsonObject& body) {
  NewDate date;
  date.starts_at = body.time("starts_at");
  date.sale_opens_at = body.optional_time("sale_opens_at");
  if (auto ranges = body.optional_objects("seats", kRangesCount)) {
    date.seats.clear();
    for (http::JsonObject& range : *ranges) date.seats.push_back(read_seat_range(range));
    note_all(body, check_seats(date.seats, "seats"));
  }
  return date;
}

NewConcert read_new_concert(http::JsonObject& body) {
  NewConcert concert;
  ConcertSettings& settings = concert.settings;
  for (const TextSetting& setting : kTextSettings) {
    settings.*setting.member = body.text(setting.name, setting.length);
  }
  settings.description = body.optional_text("description", kDescriptionLength).value_or("");
  for (const TimeSetting& setting : kTimeSettings) {
    settings.*setting.member = body.optional_time(setting.name);
  }
  for (const NumberSetting& setting : kNumberSettings) {
    const auto value = body.optional_integer(setting.name, setting.range);
    settings.*setting.member = value.value_or(settings.*setting.member);
  }
  settings.order = read_order(body).value_or(settings.order);
  settings.beacon = read_beacon(body);
  for (http::JsonObject& date : body.objects("dates", kDatesCount)) {
    concert.dates.push_back(read_new_date(date));
  }
  note_all(body, check_settings(settings));
  // Nobody has joined: what is known now does no harm.
  note_all(body, check_beacon(settings, Time::min()));
  return concert;
}

std::function<void(ConcertSettings&)> read_settings_change(http::JsonObject& body) {
  std::vector<std::function<void(ConcertSettings&)>> changes;
  const auto set = [&](auto member, auto value) {
    changes.push_back([=](ConcertSettings& settings) { settings.*member = value; });
  };
  for (const TextSetting& setting : kTextSettings) {
    if (body.has(setting.name)) set(setting.member, body.text(setting.name, setting.length));
  }
  if (body.has("description")) {
    set(&ConcertSettings::description, body.text("description", kDescriptionLength));
  }
  for (const TimeSetting& setting : kTimeSettings) {
    if (body.has(setting.name)) set(setting.member, body.optional_time(setting.name));
  }
  for (const NumberSetting& setting : kNumberSettings) {
    if (body.has(setting.name)) set(setting.member, body.integer(setting.name, setting.range));
  }
  if (const auto order = read_order(body)) set(&ConcertSettings::order, *order);
  if (body.has("beacon")) set(&ConcertSettings::beacon, read_beacon(body));
  return [changes](ConcertSettings& settings) {
    for (const auto& change : changes) change(settings);
  };
}

void write_concert(JsonWriter& json, const Concert& concert, SaleState state) {
  const ConcertSettings& settings = concert.settings;
  json.field("concert_id", concert.id);
  for (const TextSetting& setting : kTextSettings) {
    json.field(setting.name, settings.*setting.member);
  }
  json.field("description", settings.description)
      .field("sale_opens_at", settings.sale_opens_at)
      .field("sale_closes_at", settings.sale_closes_at)
      .field("sale_state", state)
      .field("first_date_at", concert.first_date_at)
      .field("last_date_at", concert.last_date_at);
}

std::string organiser_json(const sale::CreatedConcert& created, SaleState state) {
  JsonWriter json;
  json.begin_object();
  write_concert(json, created.concert, state);
  write_settings(json, created.concert.settings);
  json.key("dates").begin_array();
  for (const DateSummary& date : created.dates) write_date(json, date);
  return json.end_array().end_object().take();
}

void write_date(JsonWriter& json, const DateSummary& date) {
  json.begin_object()
      .field("date_id", date.id)
      .field("starts_at", date.starts_at)
      .field("sale_opens_at", date.sale_opens_at)
      .field("seats_total", date.seats_total)
      .field("seats_available", date.seats_available)
      .field("price_min", date.price_min)
      .field("price_max", date.price_max)
      .end_object();
}

}  // namespace stagedoor
