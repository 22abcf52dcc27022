#include "operations/demo.h"

#include "operations/concerts.h"

namespace stagedoor::operations {
namespace {

// Remembered as a mark of its own, so that a demo concert that was changed or sold does not return.
constexpr const char* kMarkDemo = "INSERT INTO marks (name, set_at) VALUES ('demo', SYSDATE(6))";

NewConcert small_hall(Time now) {
  NewConcert concert;
  concert.settings.title = "An Evening of Strings";
  concert.settings.artist = "Han River Quartet";
  concert.settings.venue = "Jeongdong Hall, Seoul";
  concert.settings.description = "Fifty seats, three evenings: the smallest hall in town.";
  for (int week = 4; week <= 6; ++week) {
    concert.dates.push_back({.starts_at = now + std::chrono::weeks{week}});
  }
  return concert;
}

NewConcert arena(Time now) {
  NewConcert concert;
  concert.settings.title = "Northern Lights Tour";
  concert.settings.artist = "Aurora Parade";
  concert.settings.venue = "Olympic Gymnastics Arena, Seoul";
  concert.settings.description = "Two nights in the arena, standing floor and three tiers.";
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

}  // namespace

int load_demo(db::Connection& database) {
  return db::transact(database, [](db::Transaction& transaction) {
    if (!transaction.insert(kMarkDemo)) return 0;
    // On the hour, in the evening in Seoul.
    const Time evening =
        std::chrono::floor<std::chrono::days>(transaction.now()) + std::chrono::hours{10};
    create_concert(transaction, small_hall(evening));
    create_concert(transaction, arena(evening));
    transaction.commit();
    return 2;
  });
}

}  // namespace stagedoor::operations
