// The listing of a date's seats: what it says, how fresh and how large it is.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "support/exposition.h"
#include "support/seats.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

constexpr auto kFreshWithin = 1'000ms;

Response seats(const Fan& fan, const Json& concert, const std::string& query = "",
               const Headers& more = {}) {
  Headers headers = as(fan);
  headers.insert(headers.end(), more.begin(), more.end());
  return get(seats_path(concert) + query, headers);
}

// Waits until the listing shows the seat like this; fails when it takes longer than it may.
void expect_shown(const Fan& fan, const Json& concert, std::int64_t number,
                  const std::string& status,
                  std::source_location where = std::source_location::current()) {
  if (eventually(kFreshWithin, [&] { return listed_seats(fan, concert).at(number) == status; })) {
    return;
  }
  ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line()))
      << "seat " << number << " is not listed as " << status;
}

struct Times {
  double p50_ms = 0;
  double p99_ms = 0;
};

Times time_of_listing(const Fan& fan, const Json& concert, int times, const Headers& more = {}) {
  std::vector<double> ms;
  for (int i = 0; i < times; ++i) {
    const Response response = seats(fan, concert, "", more);
    EXPECT_EQ(response.status, 200) << response;
    ms.push_back(response.seconds * 1'000);
  }
  std::sort(ms.begin(), ms.end());
  return {ms[ms.size() / 2], ms[ms.size() * 99 / 100]};
}

// How often nginx asked the handler, and not a file.
double times_asked() {
  const Exposition seen = Exposition::parse(send({.path = "/metrics"}).body);
  return seen.sum("stagedoor_http_requests_total", {{"handler", "list_seats"}});
}

fs::path listings_folder() { return Installation::shared().home() / "run/listings"; }

// Many at once, as at the opening.
void expect_all_served(const Fan& fan, const Json& concert) {
  const auto crowd = parallel(32, 64, [&](std::size_t) {
    Response response = seats(fan, concert);
    if (response.status == 200) response.body.clear();
    return response;
  });
  for (const Response& response : crowd) EXPECT_EQ(response.status, 200) << response;
  const auto slowest =
      std::max_element(crowd.begin(), crowd.end(),
                       [](const Response& a, const Response& b) { return a.seconds < b.seconds; });
  std::cout << "a crowd of " << crowd.size() << ": at most " << slowest->seconds << " s\n";
}

}  // namespace

TEST(SeatListing, IsTheSameForOrganisersWhoStandInNoLine) {
  const Json concert = create_concert(hall(3));
  const Fan fan = admitted(concert);
  held(admitted(concert), date_of(concert), {2});
  const std::string path = "/admin" + seats_path(concert);
  expect_shown(fan, concert, 2, "HELD");
  const Response watched = get(path, as_admin());
  EXPECT_EQ(watched.status, 200) << watched;
  EXPECT_EQ(watched.body, seats(fan, concert).body);
  const Response repeated = get(path, as_admin());  // from the file
  EXPECT_EQ(repeated.body, watched.body);
  EXPECT_EQ(repeated.headers.count("Cache-Control"), 1U) << repeated;
  EXPECT_EQ(repeated.header("Cache-Control"), watched.header("Cache-Control"));
  Headers unchanged = as_admin();
  unchanged.emplace_back("If-None-Match", watched.header("ETag"));
  EXPECT_EQ(get(path, unchanged).status, 304);
  expect_problem(get(path, as(fan)), 403, "forbidden");
  expect_problem(get(path), 401, "unauthenticated");
  expect_invalid(get(path + "?status=FREE", as_admin()), {"status"});
  const std::string elsewhere = "/admin" + concert_path(create_concert()) + "/dates/";
  const std::string date_id = std::to_string(date_of(concert));
  expect_problem(get(elsewhere + date_id + "/seats", as_admin()), 404, "not_found");
  expect_problem(post(path, "{}", as_admin()), 405, "method_not_allowed");
}

TEST(SeatListing, ShowsEverySeatByNumber) {
  NewConcert ranges = hall(1);
  ranges.dates[0].seats_json =
      "[" + seat_range(8, 9, R"("grade":"S","section":"balcony","price":0,"label":"B_{n}")") + "," +
      seat_range(1, 2) + "]";
  const Json concert = create_concert(ranges);
  const Fan fan = admitted(concert);
  held(admitted(concert), date_of(concert), {2});
  const Response response = seats(fan, concert);
  ASSERT_EQ(response.status, 200) << response;
  const Json listing = response.json();
  EXPECT_EQ(listing.names(),
            (std::vector<std::string>{"concert_id", "date_id", "version", "seats"}));
  EXPECT_EQ(listing["concert_id"], concert["concert_id"]);
  EXPECT_EQ(listing["date_id"].integer(), date_of(concert));
  EXPECT_EQ(
      listing["seats"].dump(),
      R"([{"number":1,"label":"1","section":null,"grade":"R","price":100000,"status":"AVAILABLE"},)"
      R"({"number":2,"label":"2","section":null,"grade":"R","price":100000,"status":"HELD"},)"
      R"({"number":8,"label":"B_1","section":"balcony","grade":"S","price":0,)"
      R"("status":"AVAILABLE"},)"
      R"({"number":9,"label":"B_2","section":"balcony","grade":"S","price":0,)"
      R"("status":"AVAILABLE"}])");
}

TEST(SeatListing, ShowsOnlyTheFreeOnesOnDemand) {
  const Json concert = create_concert(hall(4));
  const Fan fan = admitted(concert);
  held(admitted(concert), date_of(concert), {2, 3});
  const Response response = seats(fan, concert, "?status=AVAILABLE");
  ASSERT_EQ(response.status, 200) << response;
  EXPECT_EQ(numbers_of(response.json()["seats"]), (std::vector<std::int64_t>{1, 4}));
  for (const char* other : {"HELD", "available", "", "AVAILABLE,HELD"}) {
    expect_invalid(seats(fan, concert, std::string("?status=") + other), {"status"});
  }
}

TEST(SeatListing, OfADateThatIsNotThereIsNotFound) {
  const Json concert = create_concert(hall(4));
  const Json other = create_concert(hall(4));
  const Fan fan = admitted(concert);
  for (const std::string& date : {std::to_string(date_of(other)), std::string("999999999"),
                                  std::string("0"), std::string("x")}) {
    expect_problem(get(concert_path(concert) + "/dates/" + date + "/seats", as(fan)), 404,
                   "not_found");
  }
}

TEST(SeatListing, AnswersHeadAndNothingElse) {
  const Json concert = create_concert(hall(4));
  const Fan fan = admitted(concert);
  const Response whole = seats(fan, concert);
  const Response head_only = head(seats_path(concert), as(fan));
  EXPECT_EQ(head_only.status, 200) << head_only;
  EXPECT_TRUE(head_only.body.empty());
  EXPECT_EQ(head_only.header("ETag"), whole.header("ETag"));
  const Response posted = post(seats_path(concert), "{}", as(fan));
  expect_problem(posted, 405, "method_not_allowed");
  EXPECT_EQ(posted.header("Allow"), "GET, HEAD");
}

TEST(SeatListing, NeedNotBeSentAgainWhileNothingChanges) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const Response first = seats(fan, concert);
  const std::string tag = first.header("ETag");
  ASSERT_TRUE(tag.starts_with('"') && tag.ends_with('"')) << tag;
  EXPECT_NE(first.header("Cache-Control").find("private"), std::string::npos) << first;
  for (const std::string& tags :
       {tag, "W/" + tag, R"("other", )" + tag, R"(W/"other",W/)" + tag, std::string("*")}) {
    const Response unchanged = seats(fan, concert, "", {{"If-None-Match", tags}});
    EXPECT_EQ(unchanged.status, 304) << tags << '\n' << unchanged;
    EXPECT_TRUE(unchanged.body.empty());
    EXPECT_EQ(unchanged.header("ETag"), tag);
  }
  EXPECT_EQ(seats(fan, concert, "", {{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(seats(admitted(concert), concert).body, first.body) << "the same for all";

  const Json hold = held(fan, date_of(concert), {1});
  Response changed;
  ASSERT_TRUE(eventually(kFreshWithin, [&] {
    changed = seats(fan, concert, "", {{"If-None-Match", tag}});
    return changed.status == 200;
  }));
  EXPECT_NE(changed.header("ETag"), tag);
  EXPECT_NE(changed.json()["version"], first.json()["version"]);
  release(fan.user, hold);
  EXPECT_TRUE(eventually(kFreshWithin, [&] {
    return seats(fan, concert, "", {{"If-None-Match", tag}}).status == 304;
  })) << "the same content again";
}

TEST(SeatListing, IsNotForThoseOutsideEvenWithTheRightTag) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const std::string tag = seats(fan, concert).header("ETag");
  expect_problem(get(seats_path(concert), {{"If-None-Match", tag}}), 401, "unauthenticated");
  leave(fan.queue_token);
  EXPECT_TRUE(eventually(kFreshWithin, [&] {
    return seats(fan, concert, "", {{"If-None-Match", tag}}).status == 403;
  }));
}

TEST(SeatListing, HasAWeakTagWhenItIsCompressed) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const Headers gzip = {{"Accept-Encoding", "gzip"}};
  const Response compressed = seats(fan, concert, "", gzip);
  ASSERT_EQ(compressed.header("Content-Encoding"), "gzip") << compressed;
  const std::string tag = compressed.header("ETag");
  EXPECT_TRUE(tag.starts_with("W/\"")) << tag;
  EXPECT_EQ("W/" + seats(fan, concert).header("ETag"), tag);
  EXPECT_NE(compressed.header("Vary").find("Accept-Encoding"), std::string::npos) << compressed;
  EXPECT_EQ(seats(fan, concert, "", {gzip[0], {"If-None-Match", tag}}).status, 304);
  EXPECT_EQ(seats(fan, concert, "", {{"If-None-Match", tag}}).status, 304);
}

TEST(SeatListing, FollowsEveryChangeWithinASecond) {
  const Json concert = create_concert(hall(50));
  const Fan observer = admitted(concert);
  const Fan fan = admitted(concert);
  Background readers([&] { listed_seats(observer, concert); });
  for (std::int64_t number = 1; number <= 2; ++number) {
    const Json hold = held(fan, date_of(concert), {number});
    expect_shown(observer, concert, number, "HELD");
    release(fan.user, hold);
    expect_shown(observer, concert, number, "AVAILABLE");
  }
  held(fan, date_of(concert), {7});
  expect_shown(observer, concert, 7, "HELD");
  leave(fan.queue_token);
  expect_shown(observer, concert, 7, "AVAILABLE");
  readers.stop();
}

TEST(SeatListing, NeverShowsALapseBeforeItsTime) {
  const Json concert = create_concert(hall(50, {{"hold_seconds", 5}}));
  const Fan observer = admitted(concert);
  const Json hold = held(admitted(concert), date_of(concert), {1});
  expect_shown(observer, concert, 1, "HELD");
  while (time_from_now(0ms) < hold["held_until"].text()) {
    const bool is_free = listed_seats(observer, concert).at(1) == "AVAILABLE";
    const std::string answered_at = time_from_now(0ms);
    ASSERT_TRUE(!is_free || answered_at >= hold["held_until"].text()) << answered_at;
    std::this_thread::sleep_for(20ms);
  }
  expect_shown(observer, concert, 1, "AVAILABLE");
}

TEST(SeatListing, WorksWithoutMemcached) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  Installation::shared().kill_part("memcached");
  const Json hold = held(fan, date_of(concert), {1});
  expect_shown(fan, concert, 1, "HELD");
  release(fan.user, hold);
  expect_shown(fan, concert, 1, "AVAILABLE");
  const std::string tag = seats(fan, concert).header("ETag");
  EXPECT_EQ(seats(fan, concert, "", {{"If-None-Match", tag}}).status, 304);
  Installation::shared().up();
  EXPECT_EQ(seats(fan, concert).status, 200);
}

// The six members of a seat and their names alone are about 90 characters.
TEST(SeatListing, OfTenThousandSeatsIsCompact) {
  const Json concert = create_concert(hall(10'000));
  const Fan fan = admitted(concert);
  const Response whole = seats(fan, concert);
  ASSERT_EQ(whole.status, 200);
  EXPECT_EQ(whole.json()["seats"].size(), 10'000U);
  const Headers gzip = {{"Accept-Encoding", "gzip"}};
  const Response compressed = seats(fan, concert, "", gzip);
  EXPECT_LT(compressed.body.size(), 60U * 1'024);
  const Times plain_times = time_of_listing(fan, concert, 100);
  const Times gzip_times = time_of_listing(fan, concert, 100, gzip);
  std::cout << "10,000 seats: " << whole.body.size() / 1'024 << " KiB, p50 " << plain_times.p50_ms
            << " ms, p99 " << plain_times.p99_ms << " ms; gzip " << compressed.body.size() / 1'024
            << " KiB, p50 " << gzip_times.p50_ms << " ms, p99 " << gzip_times.p99_ms << " ms\n";
  EXPECT_LT(whole.body.size(), 100U * 10'000) << "no character more than the members need";
}

TEST(SeatListing, OfAHundredThousandSeatsWorks) {
  const Json concert = create_concert(hall(100'000));
  const Fan fan = admitted(concert);
  const Response whole = seats(fan, concert);
  ASSERT_EQ(whole.status, 200);
  EXPECT_EQ(whole.json()["seats"].size(), 100'000U);
  held(fan, date_of(concert), {100'000});
  ASSERT_TRUE(eventually(
      kFreshWithin, [&] { return seats(fan, concert).body.find("HELD") != std::string::npos; }));
  EXPECT_EQ(seats(fan, concert, "", {{"If-None-Match", whole.header("ETag")}}).status, 200);
  const Times times = time_of_listing(fan, concert, 10);
  const Times gzip_times = time_of_listing(fan, concert, 10, {{"Accept-Encoding", "gzip"}});
  std::cout << "100,000 seats: " << whole.body.size() / 1'024 << " KiB, p50 " << times.p50_ms
            << " ms, p99 " << times.p99_ms << " ms; gzip p50 " << gzip_times.p50_ms << " ms, p99 "
            << gzip_times.p99_ms << " ms\n";
  expect_all_served(fan, concert);
}

TEST(SeatListing, SaysOfEachSeatWhatTheOrganiserPutIn) {
  NewConcert rows = hall(1);
  rows.dates[0].seats_json =
      "[" + seat_range(1, 20'000, R"("label":"seat {n} of the second balcony, on the left, {n}")") +
      "," + seat_range(20'001, 20'040, R"("price":7,"label":"B_{n} \"é\"")") + "]";
  const Json concert = create_concert(rows);
  const Fan fan = admitted(concert);
  held(fan, date_of(concert), {20'000});
  expect_shown(fan, concert, 20'000, "HELD");
  const Json listing = seats(fan, concert).json();
  EXPECT_EQ(listing["seats"].size(), 20'040U);
  EXPECT_EQ(listing["seats"][776]["label"].text(),
            "seat 777 of the second balcony, on the left, 777");
  EXPECT_EQ(listing["seats"][20'002]["label"].text(), "B_3 \"é\"");
}

TEST(SeatListing, IsSentFromAFileUntilItMustBeReadAgain) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const std::string first = seats(fan, concert).body;
  constexpr int kListings = 200;
  const double before = times_asked();
  for (int i = 0; i < kListings; ++i) {
    EXPECT_EQ(seats(fan, concert, i % 2 == 0 ? "" : "?status=AVAILABLE").body, first);
  }
  EXPECT_LT(times_asked() - before, kListings / 2);
}

TEST(SeatListing, IsThereWhenItsFilesAreGone) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const Response before = seats(fan, concert);
  for (int i = 0; i < 5; ++i) {
    fs::remove_all(listings_folder());
    EXPECT_EQ(seats(fan, concert).body, before.body);
    fs::remove_all(listings_folder());
    EXPECT_EQ(seats(fan, concert, "", {{"If-None-Match", before.header("ETag")}}).status, 304);
  }
}

TEST(SeatListing, IsAnsweredByTheHandlerWhereNoFileCanBeWritten) {
  const Json concert = create_concert(hall(50));
  const Fan fan = admitted(concert);
  const Response before = seats(fan, concert);
  fs::remove_all(listings_folder());
  std::ofstream(listings_folder()) << "a file where the folder should be";
  for (const char* query : {"", "?status=AVAILABLE"}) {
    const Response answered = seats(fan, concert, query);
    EXPECT_EQ(answered.status, 200) << answered;
    EXPECT_EQ(answered.body, before.body);
    EXPECT_EQ(answered.header("ETag"), before.header("ETag"));
    EXPECT_EQ(answered.header("Cache-Control"), before.header("Cache-Control"));
    const Response unchanged =
        seats(fan, concert, query, {{"If-None-Match", before.header("ETag")}});
    EXPECT_EQ(unchanged.status, 304) << unchanged;
  }
  fs::remove(listings_folder());
  EXPECT_EQ(seats(fan, concert).body, before.body);
  EXPECT_TRUE(fs::is_directory(listings_folder()));
}

TEST(SeatListing, HasNoFilesForThoseOutside) {
  const Json concert = create_concert(hall(50));
  const Response listing = seats(admitted(concert), concert);
  ASSERT_EQ(listing.status, 200) << listing;
  const std::string name = std::to_string(concert["concert_id"].integer()) + "-" +
                           std::to_string(date_of(concert)) + "/" +
                           listing.json()["version"].text() + ".json";
  ASSERT_TRUE(fs::exists(listings_folder() / name));
  for (const char* path : {"/listings/", "/endpoint/list_seats/", "/run/listings/"}) {
    expect_problem(send({.path = path + name}), 404, "not_found");
  }
}

TEST(SeatListing, OfAHallThatNobodyHasSeenYetIsThereForACrowd) {
  const Json concert = create_concert(hall(100'000));
  expect_all_served(admitted(concert), concert);
}
