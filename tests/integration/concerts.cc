#include "sale/concerts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "integration/database.h"
#include "support/concurrency.h"
#include "support/slowness.h"

namespace stagedoor::integration {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr Micros kHundredThousandSeatsWithin = std::chrono::seconds{5};

Time at(const char* text) { return *parse_rfc3339(text); }

NewConcert concert_at(const std::vector<Time>& starts) {
  NewConcert concert;
  concert.settings.title = "A concert";
  concert.settings.artist = "The Artists";
  concert.settings.venue = "The Hall";
  for (const Time start : starts) {
    NewDate date{.starts_at = start};
    date.seats = {{1, 3, {}, "R", Money{100}, {}}};
    concert.dates.push_back(date);
  }
  return concert;
}

struct Seat {
  std::int64_t number;
  std::string label;
  std::optional<std::string> section;
  std::string grade;
  Money price;
  auto operator<=>(const Seat&) const = default;
};

class Concerts : public ::testing::Test {
 protected:
  // Seats without a reservation behind them would fail the audit of the installation.
  void TearDown() override {
    for (const DateId date_id : with_seats_set_) {
      database_.execute(
          "UPDATE seats SET status = 'AVAILABLE', reservation_id = NULL,"
          " held_until = NULL WHERE date_id = ?",
          date_id);
    }
  }

  ConcertId create(const std::vector<Time>& starts) {
    return sale::create_concert(database_, concert_at(starts)).concert.id;
  }

  // Every concert of the list, page after page, after checking its order.
  std::vector<ConcertId> list_all(sale::ConcertFilter filter, Time now) {
    std::vector<ConcertId> ids;
    std::optional<std::pair<Time, ConcertId>> last;
    for (;;) {
      const sale::ConcertPage page = sale::list_concerts(database_, filter, now);
      EXPECT_LE(page.concerts.size(), static_cast<std::size_t>(filter.limit));
      for (const Concert& concert : page.concerts) {
        const std::pair key{concert.first_date_at, concert.id};
        EXPECT_TRUE(!last || *last < key) << concert.id.value;
        last = key;
        ids.push_back(concert.id);
      }
      if (!page.more) return ids;
      EXPECT_EQ(page.concerts.size(), static_cast<std::size_t>(filter.limit));
      filter.after = {last->first, last->second};
    }
  }

  std::vector<Seat> seats_of(DateId id) {
    std::vector<Seat> seats;
    db::Rows rows = database_.query(
        "SELECT number, label, section, grade, price FROM seats WHERE date_id = ? ORDER BY number",
        id);
    while (rows.next()) {
      Seat& seat = seats.emplace_back();
      rows.read(seat.number, seat.label, seat.section, seat.grade, seat.price);
    }
    return seats;
  }

  void set_seat(DateId date_id, int number, const char* status, std::optional<Time> held_until) {
    with_seats_set_.insert(date_id);
    ASSERT_EQ(database_.execute("UPDATE seats SET status = ?, reservation_id = ?, held_until = ?"
                                " WHERE date_id = ? AND number = ?",
                                status, ReservationId::make(), held_until, date_id, number),
              1);
  }

  std::int64_t count(const char* sql) {
    std::int64_t rows = 0;
    database_.query(sql).read_first(rows);
    return rows;
  }

  db::Connection database_{database_config()};
  std::set<DateId> with_seats_set_;
};

bool contains(const std::vector<ConcertId>& ids, ConcertId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

TEST_F(Concerts, AreFoundAsTheyWereCreated) {
  NewConcert wanted = concert_at({at("2031-01-02T03:04:05.678901Z"), at("2031-01-01T00:00:00Z")});
  ConcertSettings& settings = wanted.settings;
  settings.title = "\xf0\x9f\x8e\xbb \xec\x84\x9c\xec\x9a\xb8";
  settings.description = std::string(5'000, 'x');
  settings.sale_opens_at = at("2030-01-01T00:00:00.000001Z");
  settings.max_active = 7;
  settings.admit_per_minute = 8;
  settings.claim_s = 9;
  settings.active_s = 10;
  settings.hold_s = 11;
  settings.max_seats_per_user = 12;
  const sale::CreatedConcert created = sale::create_concert(database_, wanted);
  const auto found = sale::find_concert(database_, created.concert.id);
  ASSERT_TRUE(found);
  const ConcertSettings& read = found->settings;
  EXPECT_EQ(read.title, settings.title);
  EXPECT_EQ(read.artist, settings.artist);
  EXPECT_EQ(read.venue, settings.venue);
  EXPECT_EQ(read.description, settings.description);
  EXPECT_EQ(read.sale_opens_at, settings.sale_opens_at);
  EXPECT_EQ(read.sale_closes_at, std::nullopt);
  EXPECT_EQ(read.refund_until, std::nullopt);
  EXPECT_EQ(read.max_active, 7);
  EXPECT_EQ(read.admit_per_minute, 8);
  EXPECT_EQ(read.claim_s, 9);
  EXPECT_EQ(read.active_s, 10);
  EXPECT_EQ(read.hold_s, 11);
  EXPECT_EQ(read.max_seats_per_user, 12);
  EXPECT_EQ(found->first_date_at, at("2031-01-01T00:00:00Z"));
  EXPECT_EQ(found->last_date_at, at("2031-01-02T03:04:05.678901Z"));
}

TEST_F(Concerts, ThatNobodyCreatedAreNotFound) {
  const ConcertId nobody{9'223'372'036'854'775'807};
  EXPECT_EQ(sale::find_concert(database_, nobody).error().refusal, Refusal::kNotFound);
  EXPECT_EQ(sale::list_dates(database_, nobody, false, Time{}).error().refusal, Refusal::kNotFound);
  EXPECT_EQ(sale::add_date(database_, nobody, {.starts_at = Time{}}).error().refusal,
            Refusal::kNotFound);
  EXPECT_EQ(sale::change_concert(database_, nobody, [](ConcertSettings&) {}).error().refusal,
            Refusal::kNotFound);
}

TEST_F(Concerts, HaveTheSeatsAndLabelsOfTheirRanges) {
  NewConcert concert = concert_at({at("2031-01-01T00:00:00Z")});
  concert.dates[0].seats = {
      {11, 13, "Floor", "VIP", Money{300}, "F_{n}"},
      {1, 2, {}, "R", Money{0}, {}},
      {20, 21, "Tier", "S", Money{1'000'000'000}, "{n}{n} \xf0\x9f\x8e\xbb"},
      {30, 30, "Box", "B", Money{5}, "the box"},
  };
  const sale::CreatedConcert created = sale::create_concert(database_, concert);
  ASSERT_EQ(created.dates.size(), 1U);
  EXPECT_EQ(created.dates[0].seats_total, 8);
  EXPECT_EQ(created.dates[0].seats_available, 8);
  EXPECT_EQ(created.dates[0].price_min, Money{0});
  EXPECT_EQ(created.dates[0].price_max, Money{1'000'000'000});
  EXPECT_EQ(seats_of(created.dates[0].id),
            (std::vector<Seat>{{1, "1", {}, "R", Money{0}},
                               {2, "2", {}, "R", Money{0}},
                               {11, "F_1", "Floor", "VIP", Money{300}},
                               {12, "F_2", "Floor", "VIP", Money{300}},
                               {13, "F_3", "Floor", "VIP", Money{300}},
                               {20, "11 \xf0\x9f\x8e\xbb", "Tier", "S", Money{1'000'000'000}},
                               {21, "22 \xf0\x9f\x8e\xbb", "Tier", "S", Money{1'000'000'000}},
                               {30, "the box", "Box", "B", Money{5}}}));
}

TEST_F(Concerts, HaveFiftySeatsUnlessToldOtherwise) {
  NewConcert concert = concert_at({});
  concert.dates = {{.starts_at = at("2031-01-01T00:00:00Z")}};
  const std::vector<Seat> seats = seats_of(sale::create_concert(database_, concert).dates[0].id);
  ASSERT_EQ(seats.size(), 50U);
  EXPECT_EQ(seats.front(), (Seat{1, "1", {}, "R", Money{100'000}}));
  EXPECT_EQ(seats.back(), (Seat{50, "50", {}, "R", Money{100'000}}));
}

TEST_F(Concerts, OfAHundredThousandSeatsAreCreatedInTime) {
  NewConcert concert = concert_at({at("2031-01-01T00:00:00Z")});
  concert.dates[0].seats = {{1, 65'432, {}, "R", Money{1}, "L{n}"},
                            {500'001, 534'568, {}, "S", Money{2}, {}}};
  const testing::Slowness slowness;
  const Micros started_at = monotonic_now();
  const sale::CreatedConcert created = sale::create_concert(database_, concert);
  EXPECT_LT(monotonic_now() - started_at, kHundredThousandSeatsWithin * slowness.factor());
  EXPECT_EQ(created.dates[0].seats_total, 100'000);
  const std::vector<Seat> seats = seats_of(created.dates[0].id);
  ASSERT_EQ(seats.size(), 100'000U);
  for (std::size_t i = 0; i < seats.size(); ++i) {
    const auto n = static_cast<std::int64_t>(i) + 1;
    const Seat expected =
        n <= 65'432
            ? Seat{n, "L" + std::to_string(n), {}, "R", Money{1}}
            : Seat{500'000 + n - 65'432, std::to_string(500'000 + n - 65'432), {}, "S", Money{2}};
    ASSERT_EQ(seats[i], expected);
  }
}

TEST_F(Concerts, AreCreatedWhollyOrNotAtAll) {
  const char* const kRows[] = {"SELECT COUNT(*) FROM concerts", "SELECT COUNT(*) FROM dates",
                               "SELECT COUNT(*) FROM seats"};
  std::vector<std::int64_t> before;
  for (const char* sql : kRows) before.push_back(count(sql));
  NewConcert concert = concert_at({at("2031-01-01T00:00:00Z"), at("2031-01-02T00:00:00Z")});
  concert.dates[1].seats.push_back({3, 4, {}, "R", Money{1}, {}});  // seat 3 is there already
  EXPECT_THROW(sale::create_concert(database_, concert), db::Error);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(count(kRows[i]), before[i]) << kRows[i];
}

TEST_F(Concerts, AreListedCompletelyInOrderAndOnlyOnceWhateverThePageSize) {
  const Time now = at("2032-05-01T00:00:00Z");
  std::set<ConcertId> mine;
  for (int i = 0; i < 25; ++i) {
    // Many begin at the same instant, so that only the id tells them apart.
    mine.insert(create({now + days{1 + i / 10}}));
  }
  for (const int limit : {1, 3, 5, 10, 25, 100}) {
    const auto listed = list_all({.limit = limit}, now);
    EXPECT_EQ(std::set<ConcertId>(listed.begin(), listed.end()).size(), listed.size());
    for (const ConcertId id : mine) EXPECT_TRUE(contains(listed, id)) << id.value;
  }
}

TEST_F(Concerts, AreListedOnceAlsoWhenOthersComeInBetweenPages) {
  const Time now = at("2032-06-01T00:00:00Z");
  std::vector<ConcertId> mine;
  for (int i = 0; i < 6; ++i) mine.push_back(create({now + days{10 + i}}));
  sale::ConcertFilter filter{.limit = 2};
  filter.after = {now, ConcertId{0}};
  std::vector<ConcertId> listed;
  for (int page_number = 0; page_number < 3; ++page_number) {
    const sale::ConcertPage page = sale::list_concerts(database_, filter, now);
    for (const Concert& concert : page.concerts) listed.push_back(concert.id);
    filter.after = {page.concerts.back().first_date_at, page.concerts.back().id};
    create({now + days{1}});  // in front of what was seen
  }
  EXPECT_EQ(listed, mine);
}

TEST_F(Concerts, ArePastWhenTheirLastDateHasBegun) {
  const Time now = at("2033-01-01T00:00:00Z");
  const ConcertId over = create({now - days{2}, now - days{1}});
  const ConcertId just_over = create({now - days{1}, now});
  const ConcertId half_over = create({now - days{1}, now + days{1}});
  const ConcertId coming = create({now + Micros{1}});
  const auto upcoming = list_all({.limit = 100}, now);
  EXPECT_FALSE(contains(upcoming, over));
  EXPECT_FALSE(contains(upcoming, just_over));
  EXPECT_TRUE(contains(upcoming, half_over));
  EXPECT_TRUE(contains(upcoming, coming));
  const auto all = list_all({.past = true, .limit = 100}, now);
  for (const ConcertId id : {over, just_over, half_over, coming}) EXPECT_TRUE(contains(all, id));
}

TEST_F(Concerts, OfADayAreThoseWithAPerformanceOnIt) {
  const Time day = at("2034-03-10T00:00:00Z");
  const Time now = day + hours{12};
  const ConcertId first_instant = create({day, day + days{9}});
  const ConcertId last_instant = create({day + days{1} - Micros{1}});
  const ConcertId second_date = create({day - days{3}, day + hours{20}});
  const ConcertId twice = create({day + hours{15}, day + hours{20}});
  const ConcertId over = create({day + hours{10}});
  const ConcertId day_before = create({day - Micros{1}, day + days{1}});
  const ConcertId day_after = create({day + days{1}});
  std::vector<ConcertId> expected = {second_date, first_instant, twice, last_instant};
  EXPECT_EQ(list_all({.day = day, .limit = 1}, now), expected);
  EXPECT_EQ(list_all({.day = day, .limit = 100}, now), expected);
  expected = {second_date, first_instant, over, twice, last_instant};
  EXPECT_EQ(list_all({.past = true, .day = day, .limit = 2}, now), expected);
  EXPECT_FALSE(contains(expected, day_before));
  EXPECT_FALSE(contains(expected, day_after));
}

TEST_F(Concerts, AreNotHiddenByTheMarkThatTheyArePast) {
  const Time now = at("2035-01-01T00:00:00Z");
  const ConcertId id = create({now - days{1}});
  database_.execute("UPDATE concerts SET archived = TRUE WHERE concert_id = ?", id);
  EXPECT_TRUE(contains(list_all({.past = true, .limit = 100}, now), id));
  ASSERT_TRUE(sale::add_date(database_, id, {.starts_at = now + days{1}}));
  EXPECT_TRUE(contains(list_all({.limit = 100}, now), id)) << "a new date brings it back";
}

TEST_F(Concerts, CountASeatAsFreeUnlessItIsSoldOrHeldByAHoldThatRuns) {
  const Time now = at("2036-01-01T00:00:00Z");
  NewConcert concert = concert_at({now + days{2}, now + days{1}});
  concert.dates[0].seats = {{1, 10, {}, "R", Money{7}, {}}};
  const sale::CreatedConcert created = sale::create_concert(database_, concert);
  const DateId date_id = created.dates[0].id;
  set_seat(date_id, 1, "SOLD", {});
  set_seat(date_id, 2, "SOLD", {});
  set_seat(date_id, 3, "HELD", now + Micros{1});
  set_seat(date_id, 4, "HELD", now);
  set_seat(date_id, 5, "HELD", now - Micros{1});
  const auto dates = sale::list_dates(database_, created.concert.id, false, now);
  ASSERT_TRUE(dates);
  ASSERT_EQ(dates->size(), 2U);
  EXPECT_EQ((*dates)[0].starts_at, now + days{1}) << "by their start";
  EXPECT_EQ((*dates)[0].seats_available, 3);
  EXPECT_EQ((*dates)[1].seats_total, 10);
  EXPECT_EQ((*dates)[1].seats_available, 7);
  EXPECT_EQ((*dates)[1].price_min, Money{7});
  const auto later = sale::list_dates(database_, created.concert.id, false, now + Micros{1});
  EXPECT_EQ((*later)[1].seats_available, 8) << "the hold has lapsed meanwhile";
}

TEST_F(Concerts, ShowOnRequestOnlyTheDatesThatHaveSeatsLeft) {
  const Time now = at("2036-02-01T00:00:00Z");
  const sale::CreatedConcert created =
      sale::create_concert(database_, concert_at({now + days{1}, now + days{2}}));
  for (const int number : {1, 2}) set_seat(created.dates[0].id, number, "SOLD", {});
  set_seat(created.dates[0].id, 3, "HELD", now + Micros{1});
  const auto available = [&](Time when) {
    std::vector<DateId> ids;
    const auto dates = sale::list_dates(database_, created.concert.id, true, when);
    for (const DateSummary& date : *dates) ids.push_back(date.id);
    return ids;
  };
  EXPECT_EQ(available(now), std::vector<DateId>{created.dates[1].id});
  EXPECT_EQ(available(now + Micros{1}),
            (std::vector<DateId>{created.dates[0].id, created.dates[1].id}));
}

TEST_F(Concerts, AreStretchedByAnEarlierOrLaterDateAndByNoOther) {
  const Time first = at("2037-01-10T00:00:00Z");
  const Time last = at("2037-01-20T00:00:00Z");
  const ConcertId id = create({first, last});
  const auto bounds_after = [&](Time start) {
    const auto summary = sale::add_date(database_, id, {.starts_at = start});
    EXPECT_TRUE(summary);
    EXPECT_EQ(summary->seats_total, 50);
    const auto concert = sale::find_concert(database_, id);
    return std::pair{concert->first_date_at, concert->last_date_at};
  };
  EXPECT_EQ(bounds_after(first + days{1}), (std::pair{first, last}));
  EXPECT_EQ(bounds_after(first - days{1}), (std::pair{first - days{1}, last}));
  EXPECT_EQ(bounds_after(last + days{1}), (std::pair{first - days{1}, last + days{1}}));
  EXPECT_EQ(sale::list_dates(database_, id, false, first)->size(), 5U);
}

TEST_F(Concerts, LoseNoDateAndNoBoundToConcurrentAdditions) {
  constexpr std::size_t kDates = 24;
  const Time middle = at("2037-06-15T00:00:00Z");
  const ConcertId id = create({middle});
  testing::parallel(8, kDates, [&](std::size_t i) {
    db::Connection own(database_config());
    const auto distance = days{static_cast<int>(i) - 12};
    return sale::add_date(own, id, {.starts_at = middle + distance}).ok();
  });
  const auto concert = sale::find_concert(database_, id);
  EXPECT_EQ(concert->first_date_at, middle - days{12});
  EXPECT_EQ(concert->last_date_at, middle + days{11});
  EXPECT_EQ(sale::list_dates(database_, id, false, middle)->size(), kDates + 1);
}

TEST_F(Concerts, LoseNoneOfManyConcurrentChanges) {
  constexpr std::size_t kThreads = 8;
  constexpr std::size_t kChanges = 200;
  const ConcertId id = create({at("2038-01-01T00:00:00Z")});
  std::vector<std::unique_ptr<db::Connection>> connections;
  for (std::size_t i = 0; i < kThreads; ++i) {
    connections.push_back(std::make_unique<db::Connection>(database_config()));
    ASSERT_TRUE(connections.back()->ping());
  }
  testing::parallel(kThreads, kThreads, [&](std::size_t me) {
    for (std::size_t i = me; i < kChanges; i += kThreads) {
      const auto changed =
          sale::change_concert(*connections[me], id, [&](ConcertSettings& settings) {
            ++settings.max_active;
            if (me % 2 == 0) ++settings.hold_s;
          });
      EXPECT_TRUE(changed);
    }
    return 0;
  });
  const auto concert = sale::find_concert(database_, id);
  EXPECT_EQ(concert->settings.max_active, 100 + 200);
  EXPECT_EQ(concert->settings.hold_s, 300 + 100);
  EXPECT_EQ(concert->settings.title, "A concert");
}

TEST_F(Concerts, AreNotChangedByWhatTheRulesRefuse) {
  const ConcertId id = create({at("2038-02-01T00:00:00Z")});
  const auto refused = sale::change_concert(database_, id, [](ConcertSettings& settings) {
    settings.title = "changed";
    settings.sale_opens_at = at("2038-01-02T00:00:00Z");
    settings.sale_closes_at = at("2038-01-01T00:00:00Z");
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().refusal, Refusal::kValidationFailed);
  EXPECT_EQ(refused.error().errors.at(0).field, "sale_closes_at");
  EXPECT_EQ(sale::find_concert(database_, id)->settings.title, "A concert");
  EXPECT_THROW(sale::change_concert(database_, id,
                                    [](ConcertSettings& settings) {
                                      settings.title = "changed";
                                      throw std::logic_error("never mind");
                                    }),
               std::logic_error);
  EXPECT_EQ(sale::find_concert(database_, id)->settings.title, "A concert");
}

TEST_F(Concerts, SurviveALostConnectionInTheMiddleOfAChange) {
  const ConcertId id = create({at("2038-03-01T00:00:00Z")});
  int runs = 0;
  const auto changed = sale::change_concert(database_, id, [&](ConcertSettings& settings) {
    ++settings.max_active;
    if (++runs > 1) return;
    for (const testing::Row& row :
         installation().query("SELECT id FROM information_schema.processlist"
                              " WHERE user = 'stagedoor' AND id <> CONNECTION_ID()")) {
      installation().query("KILL " + row.at(0));
    }
  });
  ASSERT_TRUE(changed);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(sale::find_concert(database_, id)->settings.max_active, 101);
}

}  // namespace stagedoor::integration
