// What single pieces of a request cost, without any server.
#include <benchmark/benchmark.h>

#include "base/gzip.h"
#include "line/snapshot_rules.h"
#include "sale/seat_plan_rules.h"
#include "token/access_token.h"
#include "token/queue_token.h"

namespace stagedoor {
namespace {

const std::string kSecret(64, 's');  // NOLINT(cert-err58-cpp)

void verify_access_token(benchmark::State& state) {
  const token::AccessTokens tokens({kSecret});
  const Time now = system_now();
  const std::string token = tokens.sign(
      {.user_id = UserId::make(), .issued_at = now, .expires_at = now + std::chrono::hours{1}});
  for (auto _ : state) benchmark::DoNotOptimize(tokens.verify(token, now));
}
BENCHMARK(verify_access_token);

void verify_queue_token(benchmark::State& state) {
  const token::QueueTokens tokens({kSecret});
  const std::string token = tokens.sign({TokenId::make(), UserId::make(), {1}, {2}, system_now()});
  for (auto _ : state) benchmark::DoNotOptimize(tokens.verify(token));
}
BENCHMARK(verify_queue_token);

// Every other seat is taken. Who took them comes from the database, whose part is in the growth
// table.
void write_listing(benchmark::State& state) {
  const std::vector<SeatRange> hall = {
      {.from = 1, .to = state.range(0), .section = {}, .label = {}}};
  std::vector<TakenSeats> taken;
  for (std::int64_t number = 2; number <= state.range(0); number += 2) {
    add_taken_seat(taken, number, SeatStatus::kSold);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(gzip(write_seats(hall, taken, /*available_only=*/false)));
  }
}
BENCHMARK(write_listing)->Arg(50)->Arg(10'000);

// In a line of a million, with departures in each block.
LineSnapshot line_of_a_million() {
  LineSnapshot line;
  line.last_place = {1'000'000};
  for (std::int64_t block = 0; block <= DepartedPlaces::block_of(line.last_place); ++block) {
    line.blocks.push_back({block, 1, 98});
  }
  return line;
}

void find_position(benchmark::State& state) {
  const LineSnapshot line = line_of_a_million();
  const Place place{999'999};
  DepartedPlaces own;
  own.add({999'900});
  for (auto _ : state) benchmark::DoNotOptimize(line.position(place, &own));
}
BENCHMARK(find_position);

void decode_snapshot(benchmark::State& state) {
  const std::string text = line_of_a_million().encode();
  for (auto _ : state) benchmark::DoNotOptimize(LineSnapshot::decode(text));
}
BENCHMARK(decode_snapshot);

}  // namespace
}  // namespace stagedoor

BENCHMARK_MAIN();
