#include "sale/demo.h"

#include <iterator>

#include "sale/concerts.h"

namespace stagedoor::sale {
namespace {

// Remembered as a mark of its own, so that a demo concert that was changed or sold does not return.
constexpr const char* kMarkDemo = "INSERT INTO marks (name, set_at) VALUES ('demo', SYSDATE(6))";

NewConcert named(const char* title, const char* artist, const char* venue,
                 const char* description) {
  NewConcert concert;
  concert.settings.title = title;
  concert.settings.artist = artist;
  concert.settings.venue = venue;
  concert.settings.description = description;
  return concert;
}

NewConcert small_hall(Time now) {
  NewConcert concert = named("An Evening of Strings", "Han River Quartet", "Jeongdong Hall, Seoul",
                             "Fifty seats, three evenings: the smallest hall in town.");
  for (int week = 4; week <= 6; ++week) {
    concert.dates.push_back({.starts_at = now + std::chrono::weeks{week}});
  }
  return concert;
}

NewConcert arena(Time now) {
  NewConcert concert =
      named("Northern Lights Tour", "Aurora Parade", "Olympic Gymnastics Arena, Seoul",
            "Two nights in the arena, standing floor and three tiers.");
  concert.settings.max_active = 500;
  const std::vector<SeatRange> seats = {
      {1, 200, "Floor", "VIP", Money{198'000}, "F-{n}"},
      {201, 800, "Tier 1", "R", Money{154'000}, "1-{n}"},
      {801, 1'600, "Tier 2", "S", Money{132'000}, "2-{n}"},
      {1'601, 2'400, "Tier 3", "A", Money{99'000}, "3-{n}"},
  };
  for (int day = 0; day < 2; ++day) {
    concert.dates.push_back({now + std::chrono::weeks{8} + std::chrono::days{day}, {}, seats});
  }
  return concert;
}

// Not on sale yet: who joins now stands in line when it opens.
NewConcert jazz_club(Time now) {
  NewConcert concert = named("Blue Hour Jazz", "Seo Ahn Trio", "Cellar Nine, Seoul",
                             "Piano, bass and drums, until the last train.");
  concert.settings.sale_opens_at = now + std::chrono::weeks{1};
  const std::vector<SeatRange> seats = {
      {1, 40, "Tables", "S", Money{70'000}, "T-{n}"},
      {41, 120, "Bar", "A", Money{45'000}, "B-{n}"},
  };
  for (int week = 5; week <= 6; ++week) {
    concert.dates.push_back({now + std::chrono::weeks{week}, {}, seats});
  }
  return concert;
}

NewConcert open_air(Time now) {
  NewConcert concert = named("Summer Dawn Festival", "Twelve bands, one river", "Nanji Park, Seoul",
                             "From sunset to sunrise. Let in at a measured pace.");
  concert.settings.admit_per_minute = 600;
  const std::vector<SeatRange> seats = {
      {1, 400, "Lawn", "R", Money{120'000}, "L-{n}"},
      {401, 1'000, "Hill", "S", Money{80'000}, "H-{n}"},
  };
  concert.dates.push_back({now + std::chrono::weeks{10}, {}, seats});
  return concert;
}

}  // namespace

int load_demo(db::Connection& database) {
  return db::transact(database, [](db::Transaction& transaction) {
    if (!transaction.insert(kMarkDemo)) return 0;
    // On the hour, in the evening in Seoul.
    const Time evening =
        std::chrono::floor<std::chrono::days>(transaction.now()) + std::chrono::hours{10};
    const NewConcert concerts[] = {small_hall(evening), arena(evening), jazz_club(evening),
                                   open_air(evening)};
    for (const NewConcert& concert : concerts) create_concert(transaction, concert);
    transaction.commit();
    return static_cast<int>(std::size(concerts));
  });
}

}  // namespace stagedoor::sale
