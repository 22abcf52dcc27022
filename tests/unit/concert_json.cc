#include "endpoint/concert_json.h"

#include <gtest/gtest.h>

#include "unit/request.h"

namespace stagedoor {
namespace {

using Fields = std::vector<std::string>;

constexpr const char* kMinimal =
    R"("title":"T","artist":"A","venue":"V","dates":[{"starts_at":"2027-01-31T19:30:00Z"}])";

template <typename Read>
Fields refused_fields(const std::string& json, const Read& read) {
  auto body = http::JsonBody::parse(json_request(json));
  if (!body) return {"parse"};
  read(body->root());
  Fields fields;
  if (const auto checked = body->check(); !checked) {
    for (const FieldError& error : checked.error().errors) fields.push_back(error.field);
  }
  return fields;
}

Fields refused_concert(const std::string& more) {
  return refused_fields(std::string("{") + kMinimal + (more.empty() ? "" : "," + more) + "}",
                        read_new_concert);
}

Fields refused_seats(const std::string& seats) {
  return refused_fields(R"({"starts_at":"2027-01-31T19:30:00Z","seats":)" + seats + "}",
                        read_new_date);
}

}  // namespace

TEST(ReadNewConcert, NeedsLittleAndDefaultsTheRest) {
  auto body = http::JsonBody::parse(json_request(std::string("{") + kMinimal + "}"));
  const NewConcert concert = read_new_concert(body->root());
  ASSERT_TRUE(body->check());
  EXPECT_EQ(concert.settings.title, "T");
  EXPECT_EQ(concert.settings.description, "");
  EXPECT_EQ(concert.settings.max_active, 100);
  EXPECT_EQ(concert.settings.sale_opens_at, std::nullopt);
  ASSERT_EQ(concert.dates.size(), 1U);
  ASSERT_EQ(concert.dates[0].seats.size(), 1U);
  EXPECT_EQ(concert.dates[0].seats[0].count(), 50);
}

TEST(ReadNewConcert, BoundsEverySetting) {
  const struct {
    const char* name;
    std::int64_t min, max;
  } settings[] = {{"max_active", 1, 100'000},  {"admit_per_minute", 0, 6'000'000},
                  {"claim_seconds", 5, 3'600}, {"active_seconds", 5, 86'400},
                  {"hold_seconds", 5, 86'400}, {"max_seats_per_user", 1, 100}};
  for (const auto& [name, min, max] : settings) {
    const auto refused = [&](std::int64_t value) {
      return refused_concert("\"" + std::string(name) + "\":" + std::to_string(value));
    };
    EXPECT_EQ(refused(min), Fields{}) << name;
    EXPECT_EQ(refused(max), Fields{}) << name;
    EXPECT_EQ(refused(min - 1), Fields{name});
    EXPECT_EQ(refused(max + 1), Fields{name});
  }
}

TEST(ReadNewConcert, KnowsTheOrderOfArrivalAndThatOfADraw) {
  EXPECT_EQ(refused_concert(R"("order":"fifo")"), Fields{});
  EXPECT_EQ(refused_concert(R"("order":"lottery")"), Fields{"sale_opens_at"});
  EXPECT_EQ(refused_concert(R"("order":"random")"), Fields{"order"});
  EXPECT_EQ(refused_concert(R"("priority":1)"), Fields{"priority"});
}

TEST(ReadNewConcert, NamesEveryBadFieldOfEveryDate) {
  EXPECT_EQ(refused_fields(
                R"({"title":"","venue":"V","sale_opens_at":"2027-01-02T00:00:00Z",)"
                R"("sale_closes_at":"2027-01-01T00:00:00Z","dates":[{"starts_at":"soon"},)"
                R"({"starts_at":"2027-01-31T19:30:00Z","seats":[{"from":1,"to":9,"price":-1}]}]})",
                read_new_concert),
            (Fields{"title", "artist", "dates[0].starts_at", "dates[1].seats[0].price",
                    "sale_closes_at"}));
  EXPECT_EQ(
      refused_fields(R"({"title":"T","artist":"A","venue":"V","dates":[]})", read_new_concert),
      Fields{"dates"});
}

TEST(ReadNewDate, NamesEveryBadSeat) {
  EXPECT_EQ(refused_seats(R"([{"from":1,"to":2,"price":0}])"), Fields{});
  EXPECT_EQ(refused_seats(R"([{"from":1,"to":2,"price":1000000000}])"), Fields{});
  EXPECT_EQ(refused_seats(R"([{"from":1,"to":2,"price":1000000001}])"), Fields{"seats[0].price"});
  EXPECT_EQ(refused_seats(R"([{"from":0,"to":2,"price":1}])"), Fields{"seats[0].from"});
  EXPECT_EQ(refused_seats(R"([{"from":5,"to":2,"price":1}])"), Fields{"seats[0].to"});
  EXPECT_EQ(refused_seats(R"([{"from":1,"to":2}])"), Fields{"seats[0].price"});
  EXPECT_EQ(refused_seats(R"([])"), Fields{"seats"});
  EXPECT_EQ(refused_seats(R"([{"from":1,"to":5,"price":1},{"from":5,"to":6,"price":1}])"),
            Fields{"seats[1]"});
  EXPECT_EQ(refused_seats(R"([{"from":1,"to":100001,"price":1}])"), Fields{"seats"});
}

// A placeholder of a bad number is no reason to name a field that is right.
TEST(ReadNewDate, DrawsNoConclusionFromABadNumber) {
  EXPECT_EQ(refused_seats(R"([{"from":5,"price":1},{"from":6,"to":7,"price":1}])"),
            Fields{"seats[0].to"});
  EXPECT_EQ(refused_seats(R"([{"from":"x","to":9,"price":1},{"from":1,"to":5,"price":1}])"),
            Fields{"seats[0].from"});
}

TEST(ReadSettingsChange, ChangesWhatIsThereAndNothingElse) {
  auto body =
      http::JsonBody::parse(json_request(R"({"title":"New","max_active":7,"sale_opens_at":null})"));
  const auto change = read_settings_change(body->root());
  ASSERT_TRUE(body->check());
  ConcertSettings settings;
  settings.title = "Old";
  settings.artist = "Same";
  settings.hold_s = 99;
  settings.sale_opens_at = Time{};
  settings.sale_closes_at = Time{};
  change(settings);
  EXPECT_EQ(settings.title, "New");
  EXPECT_EQ(settings.artist, "Same");
  EXPECT_EQ(settings.max_active, 7);
  EXPECT_EQ(settings.hold_s, 99);
  EXPECT_EQ(settings.sale_opens_at, std::nullopt) << "null takes a time away";
  EXPECT_EQ(settings.sale_closes_at, Time{});
}

TEST(ReadSettingsChange, RefusesWhatCannotBeTakenAway) {
  EXPECT_EQ(refused_fields(R"({"title":null,"max_active":null,"dates":[]})", read_settings_change),
            (Fields{"title", "max_active", "dates"}));
}

TEST(WriteDate, HasTheFieldsOfTheContract) {
  JsonWriter json;
  write_date(json, {.id = DateId{3},
                    .starts_at = *parse_rfc3339("2027-01-31T19:30:00Z"),
                    .sale_opens_at = {},
                    .seats_total = 50,
                    .seats_available = 49,
                    .price_min = Money{1},
                    .price_max = Money{1'000'000'000}});
  EXPECT_EQ(json.text(),
            R"({"date_id":3,"starts_at":"2027-01-31T19:30:00.000Z","sale_opens_at":null,)"
            R"("seats_total":50,"seats_available":49,"price_min":1,"price_max":1000000000})");
}

}  // namespace stagedoor
