// Concerts: what anyone may read.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/seats.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto kListsAreAtMost = 5s;
constexpr auto kSettingsAreAtMost = 2s;

// A day of its own per test keeps the tests out of each other's lists.
std::string noon_in(int days) {
  return time_from_now(std::chrono::hours(24 * days)).substr(0, 10) + "T12:00:00.000Z";
}

std::string on_day(int days) { return "/concerts?date=" + noon_in(days).substr(0, 10); }

std::vector<std::int64_t> ids(const std::vector<Json>& items) {
  std::vector<std::int64_t> result;
  for (const Json& item : items) result.push_back(item["concert_id"].integer());
  return result;
}

std::int64_t number_of(const Json& concert) { return concert["concert_id"].integer(); }

bool lists(const std::string& path, const Json& concert) {
  const auto listed = ids(all_items(path));
  return std::find(listed.begin(), listed.end(), number_of(concert)) != listed.end();
}

Json show(const Json& concert) { return get(concert_path(concert)).json(); }

bool shows_state(const Json& concert, const std::string& state) {
  return eventually(kSettingsAreAtMost,
                    [&] { return show(concert)["sale_state"].text() == state; });
}

}  // namespace

TEST(AConcert, ShowsItsSettingsAndItsQueue) {
  const Json concert = show(create_concert({.title = "Lorem & Ipsum \"live\""}));
  EXPECT_EQ(concert["title"].text(), "Lorem & Ipsum \"live\"");
  EXPECT_EQ(concert["artist"].text(), "The Artists");
  EXPECT_EQ(concert["venue"].text(), "The Hall");
  EXPECT_EQ(concert["sale_state"].text(), "OPEN");
  EXPECT_EQ(concert["max_seats_per_user"].integer(), 4);
  EXPECT_EQ(concert["hold_seconds"].integer(), 300);
  for (const char* name : {"description", "sale_opens_at", "sale_closes_at"}) {
    EXPECT_TRUE(concert[name].exists()) << name;
  }
  const Json queue = concert["queue"];
  EXPECT_EQ(queue["waiting"].integer(), 0);
  EXPECT_EQ(queue["active"].integer(), 0);
  EXPECT_EQ(queue["max_active"].integer(), 100);
  EXPECT_EQ(queue["admit_per_minute"].integer(), 0);
  EXPECT_EQ(queue["order"].text(), "fifo");
}

TEST(AConcert, GivesItsTimesInUtcWithMilliseconds) {
  const std::string opens = noon_in(3);
  const Json concert = show(create_concert(
      {.times = {{"sale_opens_at", opens}, {"sale_closes_at", "2099-01-02T04:04:05.678+01:00"}}}));
  EXPECT_EQ(concert["sale_opens_at"].text(), opens);
  EXPECT_EQ(concert["sale_closes_at"].text(), "2099-01-02T03:04:05.678Z");
}

TEST(AConcert, IsScheduledOpenOrClosedByItsTimes) {
  EXPECT_TRUE(shows_state(create_concert({.times = {{"sale_opens_at", noon_in(1)}}}), "SCHEDULED"));
  EXPECT_TRUE(shows_state(create_concert({.times = {{"sale_opens_at", noon_in(-1)}}}), "OPEN"));
  EXPECT_TRUE(shows_state(
      create_concert({.times = {{"sale_opens_at", noon_in(-2)}, {"sale_closes_at", noon_in(-1)}}}),
      "CLOSED"));
}

TEST(AConcert, OpensAndClosesOnTime) {
  const Json concert = create_concert({.times = {{"sale_opens_at", time_from_now(1500ms)},
                                                 {"sale_closes_at", time_from_now(4500ms)}}});
  EXPECT_TRUE(shows_state(concert, "SCHEDULED"));
  EXPECT_TRUE(eventually(1500ms + kSettingsAreAtMost,
                         [&] { return show(concert)["sale_state"].text() == "OPEN"; }));
  EXPECT_TRUE(eventually(3000ms + kSettingsAreAtMost,
                         [&] { return show(concert)["sale_state"].text() == "CLOSED"; }));
}

TEST(AConcert, IsClosedAndPastWhenItsLastDateHasBegun) {
  const Json concert = create_concert({.dates = {{.starts_at = time_from_now(1s)}}});
  EXPECT_TRUE(lists("/concerts?past=true", concert) ||
              eventually(kListsAreAtMost, [&] { return lists("/concerts?past=true", concert); }));
  EXPECT_TRUE(eventually(1s + kSettingsAreAtMost,
                         [&] { return show(concert)["sale_state"].text() == "CLOSED"; }));
  EXPECT_TRUE(eventually(1s + kListsAreAtMost, [&] { return !lists("/concerts", concert); }));
  EXPECT_TRUE(lists("/concerts?past=true", concert));
}

TEST(AConcert, StaysInTheListWhileADateIsStillToCome) {
  const Json concert =
      create_concert({.dates = {{.starts_at = time_from_now(1s)}, {.starts_at = noon_in(40)}}});
  ASSERT_TRUE(
      eventually(3s, [&] { return time_from_now(0ms) > concert["dates"][0]["starts_at"].text(); }));
  // A list that has a later one is of a time after that; likewise the page of the concert.
  const Json later = create_concert({.dates = {{.starts_at = noon_in(41)}}});
  ASSERT_TRUE(eventually(kListsAreAtMost, [&] { return lists("/concerts", later); }));
  EXPECT_TRUE(lists("/concerts", concert));
  ASSERT_EQ(patch("/admin" + concert_path(concert), R"({"max_active":42})", as_admin()).status,
            200);
  ASSERT_TRUE(eventually(kSettingsAreAtMost,
                         [&] { return show(concert)["queue"]["max_active"].integer() == 42; }));
  EXPECT_EQ(show(concert)["sale_state"].text(), "OPEN");
}

TEST(TheList, IsOrderedByEarliestDateThenId) {
  const Json late = create_concert({.dates = {{.starts_at = noon_in(102)}}});
  const Json early =
      create_concert({.dates = {{.starts_at = noon_in(150)}, {.starts_at = noon_in(100)}}});
  const Json same = create_concert({.dates = {{.starts_at = noon_in(100)}}});
  ASSERT_TRUE(eventually(kListsAreAtMost, [&] { return lists("/concerts", same); }));
  ASSERT_TRUE(eventually(kListsAreAtMost, [&] { return lists("/concerts", late); }));
  std::vector<std::int64_t> ours;
  for (const std::int64_t id : ids(all_items("/concerts"))) {
    if (id == number_of(late) || id == number_of(early) || id == number_of(same))
      ours.push_back(id);
  }
  EXPECT_EQ(ours, (std::vector{number_of(early), number_of(same), number_of(late)}));
}

TEST(TheList, KeepsTheConcertsOfADay) {
  const Json one = create_concert({.dates = {{.starts_at = noon_in(200)}}});
  const Json two =
      create_concert({.dates = {{.starts_at = noon_in(199)}, {.starts_at = noon_in(200)}}});
  const Json other = create_concert({.dates = {{.starts_at = noon_in(201)}}});
  ASSERT_TRUE(eventually(kListsAreAtMost, [&] { return all_items(on_day(200)).size() == 2; }));
  EXPECT_EQ(ids(all_items(on_day(200))), (std::vector{number_of(two), number_of(one)}));
  EXPECT_TRUE(lists(on_day(199), two));
  EXPECT_FALSE(lists(on_day(199), other));
}

TEST(TheList, CutsDaysInUtc) {
  const std::string day = noon_in(210).substr(0, 10);
  const Json first = create_concert({.dates = {{.starts_at = day + "T00:00:00.000Z"}}});
  const Json last = create_concert({.dates = {{.starts_at = day + "T23:59:59.999Z"}}});
  const Json before = create_concert({.dates = {{.starts_at = day + "T00:30:00.000+01:00"}}});
  ASSERT_TRUE(eventually(kListsAreAtMost, [&] { return all_items(on_day(210)).size() == 2; }));
  EXPECT_EQ(ids(all_items(on_day(210))), (std::vector{number_of(first), number_of(last)}));
  EXPECT_TRUE(lists(on_day(209), before));
}

TEST(TheList, RefusesWhatIsNoDayOrNoTruthValue) {
  for (const char* day : {"", "today", "2026-02-30", "2026-13-01", "2026-1-1", "20260101",
                          "2026-01-01T00:00:00Z", "2026-01-01%00"}) {
    SCOPED_TRACE(day);
    expect_invalid(get("/concerts?date=" + std::string(day)), {"date"});
  }
  expect_invalid(get("/concerts?past=maybe"), {"past"});
}

TEST(TheList, IsCompleteInPagesOfAnySize) {
  std::vector<std::int64_t> made;
  for (int count = 0; count < 7; ++count) {
    made.push_back(number_of(create_concert({.dates = {{.starts_at = noon_in(220)}}})));
  }
  ASSERT_TRUE(eventually(kListsAreAtMost, [&] { return all_items(on_day(220)).size() == 7; }));
  for (const char* limit : {"1", "2", "3", "7", "8"}) {
    std::vector<std::int64_t> listed;
    std::string cursor;
    do {
      const Response page = get(on_day(220) + "&limit=" + limit + cursor);
      ASSERT_EQ(page.status, 200) << page;
      for (const std::int64_t id : ids(page.json()["items"].items())) listed.push_back(id);
      const Json next = page.json()["next_cursor"];
      cursor = next.is_null() ? "" : "&cursor=" + next.text();
    } while (!cursor.empty());
    EXPECT_EQ(listed, made) << "limit " << limit;
  }
}

TEST(TheList, HasTwentyItemsAPageByDefault) {
  for (int count = 0; count < 21; ++count) create_concert({.dates = {{.starts_at = noon_in(230)}}});
  ASSERT_TRUE(eventually(kListsAreAtMost, [&] { return all_items(on_day(230)).size() == 21; }));
  const Json page = get(on_day(230)).json();
  EXPECT_EQ(page["items"].size(), 20U);
  EXPECT_TRUE(page["next_cursor"].is_text());
}

TEST(TheDates, AreListedWithTheirSeatsAndPrices) {
  const Json concert = create_concert(
      {.dates = {
           {.starts_at = noon_in(61),
            .seats_json = R"([{"from":1,"to":10,"price":500},{"from":11,"to":15,"price":0}])"},
           {.starts_at = noon_in(60)}}});
  const Json list = get(concert_path(concert) + "/dates").json();
  ASSERT_EQ(list["items"].size(), 2U) << list;
  const Json plain = list["items"][0];
  EXPECT_EQ(plain["starts_at"].text(), noon_in(60));
  EXPECT_EQ(plain["seats_total"].integer(), 50);
  EXPECT_EQ(plain["seats_available"].integer(), 50);
  EXPECT_EQ(plain["price_min"].integer(), 100'000);
  EXPECT_EQ(plain["price_max"].integer(), 100'000);
  EXPECT_TRUE(plain["sale_opens_at"].exists());
  const Json ranged = list["items"][1];
  EXPECT_EQ(ranged["seats_total"].integer(), 15);
  EXPECT_EQ(ranged["price_min"].integer(), 0);
  EXPECT_EQ(ranged["price_max"].integer(), 500);
}

TEST(TheDates, CanBeFilteredByAvailability) {
  NewConcert wanted = hall(1);
  wanted.dates.push_back({.starts_at = noon_in(60)});
  const Json concert = create_concert(wanted);
  const Fan fan = admitted(concert);
  held(fan, date_of(concert), {1});
  const std::string path = concert_path(concert) + "/dates";
  const auto dates = [&](const std::string& query) {
    std::vector<std::int64_t> listed;
    for (const Json& date : get(path + query).json()["items"].items()) {
      listed.push_back(date["date_id"].integer());
    }
    return listed;
  };
  const std::vector<std::int64_t> all = {date_of(concert), date_of(concert, 1)};
  EXPECT_TRUE(eventually(kListsAreAtMost, [&] {
    return dates("?available=true") == std::vector{date_of(concert, 1)};
  })) << get(path + "?available=true");
  EXPECT_EQ(dates("?available=false"), all);
  EXPECT_EQ(dates(""), all);
  expect_invalid(get(path + "?available=perhaps"), {"available"});
}

TEST(TheDates, ShowANewOneWithinFiveSeconds) {
  const Json concert = create_concert();
  const std::string path = concert_path(concert) + "/dates";
  ASSERT_EQ(get(path).json()["items"].size(), 1U);
  const Response added =
      post("/admin" + path, to_json(NewDate{.starts_at = noon_in(20)}), as_admin());
  ASSERT_EQ(added.status, 201) << added;
  EXPECT_TRUE(eventually(kListsAreAtMost, [&] { return get(path).json()["items"].size() == 2; }));
  EXPECT_EQ(get(path).json()["items"][0]["date_id"], added.json()["date_id"]);
}
