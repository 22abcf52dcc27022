// Organisers: creating and changing concerts.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "support/vocabulary.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr const char* kDates = R"("dates":[{"starts_at":"2090-01-01T12:00:00.000Z"}])";

// A concert's body with `members` added to, or instead of, the plain ones.
std::string with(const std::string& members, const std::string& dates = kDates) {
  return R"({"title":"T","artist":"A","venue":"V",)" + members + (members.empty() ? "" : ",") +
         dates + "}";
}

std::string with_seats(const std::string& ranges) {
  return with("", R"("dates":[{"starts_at":"2090-01-01T12:00:00.000Z","seats":)" + ranges + "}]");
}

Response create(const std::string& body) { return post("/admin/concerts", body, as_admin()); }

// A 422 whose errors name, among others, something that contains `field`.
void expect_named(const Response& response, const std::string& field) {
  expect_problem(response, 422, "validation_failed");
  if (response.status != 422) return;
  const auto errors = response.json()["errors"].items();
  EXPECT_TRUE(std::any_of(
      errors.begin(), errors.end(),
      [&](const Json& error) { return error["field"].text().find(field) != std::string::npos; }))
      << "no error about " << field << "\n"
      << response;
}

struct Unchanged {
  std::map<std::string, std::string> before = Installation::shared().row_counts();
  ~Unchanged() { EXPECT_EQ(Installation::shared().row_counts(), before); }
};

std::string admin_path(const Json& concert) { return "/admin" + concert_path(concert); }

std::string seats_of(const Json& date) {
  return " FROM seats WHERE date_id = " + std::to_string(date["date_id"].integer());
}

Response change(const Json& concert, const std::string& body) {
  return patch(admin_path(concert), body, as_admin());
}

const std::vector<std::tuple<std::string, std::int64_t, std::int64_t>> kLimits = {
    {"max_active", 1, 100'000},  {"hold_seconds", 5, 86'400},    {"active_seconds", 5, 86'400},
    {"claim_seconds", 5, 3'600}, {"max_seats_per_user", 1, 100},
};

// What is not exactly an integer, in the eyes of a client that was promised integers.
const std::vector<std::string> kNotIntegers = {
    "1.5",
    "\"100\"",
    "true",
    "null",
    "[]",
    "{}",
    "[5]",
    "50.0000000000000000001",
    "1e400",
    "-1",
    "9007199254740993",
    "9223372036854775808",
    "18446744073709551617",
    "-9223372036854775809",
    "1e300",
};

}  // namespace

TEST(CreatingAConcert, AnswersItWithItsDates) {
  const Response response = create(with(R"("description":"words")"));
  ASSERT_EQ(response.status, 201) << response;
  const Json concert = response.json();
  EXPECT_GT(concert["concert_id"].integer(), 0);
  EXPECT_EQ(concert["description"].text(), "words");
  ASSERT_EQ(concert["dates"].size(), 1U);
  EXPECT_GT(concert["dates"][0]["date_id"].integer(), 0);
  EXPECT_EQ(concert["dates"][0]["starts_at"].text(), "2090-01-01T12:00:00.000Z");
  EXPECT_EQ(get(concert_path(concert)).status, 200);
}

TEST(CreatingAConcert, GivesADateFiftySeatsByDefault) {
  const Json date = create_concert()["dates"][0];
  EXPECT_EQ(Installation::shared().query(
                "SELECT COUNT(*), MIN(number), MAX(number), MIN(price), MAX(price), MIN(grade), "
                "MAX(grade)" +
                seats_of(date)),
            (std::vector<Row>{{"50", "1", "50", "100000", "100000", "R", "R"}}));
}

TEST(CreatingAConcert, LabelsSeatsByTheirPlaceInTheRange) {
  const Json concert = create_concert({.dates = {{.seats_json = R"([{"from":1,"to":2,"price":7},
                                    {"from":11,"to":13,"price":9,"label":"A_{n}","section":"A",
                                     "grade":"VIP"}])"}}});
  EXPECT_EQ(Installation::shared().query("SELECT number, label, section, grade, price" +
                                         seats_of(concert["dates"][0]) +
                                         " AND number >= 11 ORDER BY number"),
            (std::vector<Row>{{"11", "A_1", "A", "VIP", "9"},
                              {"12", "A_2", "A", "VIP", "9"},
                              {"13", "A_3", "A", "VIP", "9"}}));
  EXPECT_EQ(Installation::shared().query("SELECT number, label" + seats_of(concert["dates"][0]) +
                                         " AND number <= 2 ORDER BY number"),
            (std::vector<Row>{{"1", "1"}, {"2", "2"}}));
}

TEST(CreatingAConcert, TakesEverySettingUpToItsLimits) {
  for (const auto& [name, least, most] : kLimits) {
    for (const std::int64_t value : {least, most}) {
      SCOPED_TRACE(name + " " + std::to_string(value));
      EXPECT_EQ(create(with(json_text(name) + ":" + std::to_string(value))).status, 201);
    }
  }
  EXPECT_EQ(create(with(R"("admit_per_minute":600,"order":"fifo")")).status, 201);
  EXPECT_EQ(
      create(with_seats(R"([{"from":1,"to":2,"price":0},{"from":3,"to":3,"price":1000000000}])"))
          .status,
      201);
}

TEST(CreatingAConcert, RefusesEverySettingBeyondItsLimits) {
  const Unchanged unchanged;
  for (const auto& [name, least, most] : kLimits) {
    for (const std::int64_t value : {least - 1, most + 1}) {
      SCOPED_TRACE(name + " " + std::to_string(value));
      expect_invalid(create(with(json_text(name) + ":" + std::to_string(value))), {name});
    }
  }
  expect_invalid(create(with(R"("admit_per_minute":-1)")), {"admit_per_minute"});
  expect_invalid(create(with(R"("order":"random")")), {"order"});
}

TEST(CreatingAConcert, RefusesWhatIsNotExactlyAnInteger) {
  const Unchanged unchanged;
  for (const auto& [name, least, most] : kLimits) {
    for (const std::string& value : kNotIntegers) {
      if (value == "null") continue;  // may mean "the default" when creating
      SCOPED_TRACE(name + " " + value);
      const Response response = create(with(json_text(name) + ":" + value));
      if (value == "1e400" && response.status == 400) continue;  // no number of any JSON library
      expect_invalid(response, {name});
    }
  }
}

TEST(CreatingAConcert, RefusesBadRangesOfSeats) {
  const Unchanged unchanged;
  for (const char* ranges :
       {R"([{"from":1,"to":10,"price":1},{"from":10,"to":20,"price":1}])",
        R"([{"from":11,"to":20,"price":1},{"from":1,"to":11,"price":1}])",
        R"([{"from":1,"to":100,"price":1},{"from":40,"to":50,"price":1}])",
        R"([{"from":5,"to":5,"price":1},{"from":5,"to":5,"price":1}])",
        R"([{"from":0,"to":5,"price":1}])",
        R"([{"from":-3,"to":5,"price":1}])",
        R"([{"from":6,"to":5,"price":1}])",
        R"([{"from":1,"to":5}])",
        R"([{"to":5,"price":1}])",
        R"([{"from":1,"price":1}])",
        R"([{"from":1,"to":5,"price":-1}])",
        R"([{"from":1,"to":5,"price":1000000001}])",
        R"([{"from":1,"to":5,"price":1.5}])",
        R"([{"from":1,"to":5,"price":"1"}])",
        R"([{"from":1,"to":5,"price":1,"colour":"red"}])",
        R"([{"from":1,"to":100001,"price":1}])",
        R"([{"from":1,"to":9007199254740993,"price":1}])",
        R"([{"from":1,"to":60000,"price":1},{"from":60001,"to":100001,"price":1}])",
        R"([{"from":1,"to":4294967297,"price":1}])",
        R"([5])",
        R"(["1-50"])",
        R"({})",
        R"("all")"}) {
    SCOPED_TRACE(ranges);
    expect_named(create(with_seats(ranges)), "seats");
  }
}

TEST(CreatingAConcert, NamesEveryBadFieldAtOnce) {
  const Unchanged unchanged;
  const Response empty = create("{}");
  for (const char* field : {"title", "artist", "venue", "dates"}) expect_named(empty, field);
  const Response mixed =
      create(R"({"title":7,"artist":"","venue":"V","max_active":0,"hold_seconds":4,"priority":1,)"
             R"("dates":[{"starts_at":"tomorrow","seats":[{"from":1,"to":2,"price":-1}]}]})");
  for (const char* field :
       {"title", "artist", "max_active", "hold_seconds", "priority", "starts_at", "price"}) {
    expect_named(mixed, field);
  }
}

TEST(CreatingAConcert, RefusesWhatIsNoTime) {
  const Unchanged unchanged;
  for (const char* time :
       {"", "tomorrow", "2090-01-01", "2090-01-01T12:00:00", "2090-02-30T12:00:00Z",
        "2090-01-01T25:00:00Z", "2090-01-01T12:00:00.000+99:00", "2090-13-01T12:00:00Z",
        "20900101T120000Z", "2090-01-01T12:00:00ZZ", "99999-01-01T00:00:00Z",
        "-001-01-01T00:00:00Z", "2090-01-01T12:60:00Z"}) {
    SCOPED_TRACE(time);
    expect_named(create(with("", R"("dates":[{"starts_at":)" + json_text(time) + "}]")),
                 "starts_at");
    for (const char* field : {"sale_opens_at", "sale_closes_at", "refund_until"}) {
      expect_invalid(create(with(json_text(field) + ":" + json_text(time))), {field});
    }
  }
  for (const char* value : {"1", "true", "[]", "{}"}) {
    expect_named(create(with("", R"("dates":[{"starts_at":)" + std::string(value) + "}]")),
                 "starts_at");
  }
}

TEST(CreatingAConcert, TakesTimesInAnyValidRfc3339Form) {
  for (const char* time :
       {"2090-01-01T12:00:00Z", "2090-01-01T12:00:00.1Z", "2090-01-01t12:00:00z",
        "2090-01-01T12:00:00.123456Z", "2090-01-01T21:00:00+09:00", "2092-02-29T00:00:00Z"}) {
    EXPECT_EQ(create(with("", R"("dates":[{"starts_at":)" + json_text(time) + "}]")).status, 201)
        << time;
  }
}

TEST(CreatingAConcert, WritesNothingWhenOneOfItsDatesIsBad) {
  const Unchanged unchanged;
  expect_named(create(with("", R"("dates":[{"starts_at":"2090-01-01T12:00:00Z"},)"
                               R"({"starts_at":"2090-01-02T12:00:00Z","seats":[{"from":2,"to":1,)"
                               R"("price":1}]}])")),
               "seats");
}

TEST(AddingADate, AnswersItAndItIsListed) {
  const Json concert = create_concert();
  const Response response =
      post(admin_path(concert) + "/dates", R"({"starts_at":"2090-01-01T12:00:00Z"})", as_admin());
  ASSERT_EQ(response.status, 201) << response;
  EXPECT_GT(response.json()["date_id"].integer(), concert["dates"][0]["date_id"].integer());
  EXPECT_EQ(response.json()["starts_at"].text(), "2090-01-01T12:00:00.000Z");
  EXPECT_EQ(Installation::shared().query_value("SELECT COUNT(*)" + seats_of(response.json())),
            "50");
}

TEST(AddingADate, RefusesWhatCreatingRefuses) {
  const Json concert = create_concert();
  const Unchanged unchanged;
  const auto add = [&](const std::string& body) {
    return post(admin_path(concert) + "/dates", body, as_admin());
  };
  expect_invalid(add("{}"), {"starts_at"});
  expect_invalid(add(R"({"starts_at":"tomorrow","colour":"red"})"), {"starts_at", "colour"});
  expect_named(
      add(R"({"starts_at":"2090-01-01T12:00:00Z","seats":[{"from":1,"to":2,"price":-1}]})"),
      "price");
  expect_named(add(R"({"starts_at":"2090-01-01T12:00:00Z","seats":[{"from":1,"to":9,"price":1},
                       {"from":9,"to":12,"price":1}]})"),
               "seats");
  expect_problem(post("/admin/concerts/999999999/dates", R"({"starts_at":"2090-01-01T12:00:00Z"})",
                      as_admin()),
                 404, "not_found");
}

TEST(ChangingAConcert, TakesEffectWithinTwoSeconds) {
  const Json concert = create_concert();
  ASSERT_EQ(get(concert_path(concert)).status, 200);
  const Response response =
      change(concert,
             R"({"max_active":7,"admit_per_minute":30,"hold_seconds":60,"max_seats_per_user":2,)"
             R"("claim_seconds":30,"active_seconds":120,"sale_closes_at":"2089-01-01T00:00:00Z"})");
  ASSERT_EQ(response.status, 200) << response;
  EXPECT_TRUE(eventually(2s, [&] {
    const Json now = get(concert_path(concert)).json();
    return now["queue"]["max_active"].integer() == 7 &&
           now["queue"]["admit_per_minute"].integer() == 30 &&
           now["hold_seconds"].integer() == 60 && now["max_seats_per_user"].integer() == 2 &&
           now["sale_closes_at"].is_text();
  }));
}

TEST(ChangingAConcert, LeavesTheOtherSettingsAlone) {
  const Json concert = create_concert({.settings = {{"max_active", 12}, {"hold_seconds", 77}}});
  ASSERT_EQ(change(concert, R"({"max_active":13})").status, 200);
  EXPECT_TRUE(eventually(2s, [&] {
    return get(concert_path(concert)).json()["queue"]["max_active"].integer() == 13;
  }));
  EXPECT_EQ(get(concert_path(concert)).json()["hold_seconds"].integer(), 77);
}

TEST(ChangingAConcert, RefusesEverySettingBeyondItsLimits) {
  const Json concert = create_concert();
  for (const auto& [name, least, most] : kLimits) {
    std::vector<std::string> values = kNotIntegers;
    values.push_back(std::to_string(least - 1));
    values.push_back(std::to_string(most + 1));
    for (const std::string& value : values) {
      SCOPED_TRACE(name + " " + value);
      const Response response = change(concert, "{" + json_text(name) + ":" + value + "}");
      if (value == "1e400" && response.status == 400) continue;
      expect_invalid(response, {name});
    }
  }
  const Json now = get(concert_path(concert)).json();
  EXPECT_EQ(now["queue"]["max_active"].integer(), 100);
  EXPECT_EQ(now["hold_seconds"].integer(), 300);
  EXPECT_EQ(now["max_seats_per_user"].integer(), 4);
}

TEST(ChangingAConcert, AppliesAllSettingsOrNone) {
  const Json concert = create_concert();
  expect_invalid(change(concert, R"({"max_active":55,"hold_seconds":4})"), {"hold_seconds"});
  expect_invalid(change(concert, R"({"max_active":55,"priority":1})"), {"priority"});
  EXPECT_EQ(get(concert_path(concert)).json()["queue"]["max_active"].integer(), 100);
}

TEST(ChangingAConcert, LosesNoneOfManyChangesAtOnce) {
  const Json concert = create_concert();
  const std::vector<std::string> bodies = {R"({"max_active":9})", R"({"hold_seconds":99})",
                                           R"({"max_seats_per_user":8})",
                                           R"({"admit_per_minute":6})"};
  const auto statuses = parallel(4, 40, [&](std::size_t call) {
    return change(concert, bodies[call % bodies.size()]).status;
  });
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 200), 40);
  EXPECT_TRUE(eventually(2s, [&] {
    const Json now = get(concert_path(concert)).json();
    return now["queue"]["max_active"].integer() == 9 && now["hold_seconds"].integer() == 99 &&
           now["max_seats_per_user"].integer() == 8 &&
           now["queue"]["admit_per_minute"].integer() == 6;
  }));
}

TEST(AnOrganisersCall, IsForbiddenToUsersAndUnauthenticatedWithoutAToken) {
  const Json concert = create_concert();
  const User user = new_user();
  const Unchanged unchanged;
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"/admin/concerts", with("")},
      {admin_path(concert) + "/dates", R"({"starts_at":"2090-01-01T12:00:00Z"})"}};
  for (const auto& [path, body] : calls) {
    SCOPED_TRACE(path);
    expect_problem(post(path, body, as(user)), 403, "forbidden");
    expect_problem(post(path, body), 401, "unauthenticated");
    EXPECT_TRUE(post(path, body).has_header("WWW-Authenticate"));
  }
  expect_problem(patch(admin_path(concert), R"({"max_active":1})", as(user)), 403, "forbidden");
  expect_problem(patch(admin_path(concert), R"({"max_active":1})"), 401, "unauthenticated");
  EXPECT_EQ(get(concert_path(concert)).json()["queue"]["max_active"].integer(), 100);
}
