// What writes: joins, reservations and payments, each beside the database alone.
#include <array>
#include <optional>
#include <stdexcept>

#include "endpoint/payment_json.h"
#include "endpoint/reservation_json.h"
#include "line/joining.h"
#include "money/payments.h"
#include "raw_sql.h"
#include "rows.h"
#include "sale/reservations.h"

namespace stagedoor::bench {
namespace {

constexpr std::size_t kConnections = 32;
constexpr std::size_t kQuietConnections = 4;
constexpr std::int64_t kAlreadyWaiting = 10;
constexpr std::int64_t kRoomFor = 100'000;
constexpr std::int64_t kThousand = 1'000;
constexpr std::int64_t kLargeHall = 20'000;
constexpr std::int64_t kSmallHall = 50;
constexpr std::size_t kHoldsPerSlice = 200;

std::string reserve_request(const Fan& fan, DateId date_id, std::int64_t seat) {
  return wire_request("POST", "/reservations", fan.headers,
                      R"({"date_id":)" + std::to_string(date_id.value) + R"(,"seats":[)" +
                          std::to_string(seat) + "]}");
}

std::string pay_request(const Fan& fan, const std::string& reservation_id) {
  return wire_request("POST", "/payments",
                      fan.headers + "Idempotency-Key: " + reservation_id + "\r\n",
                      R"({"reservation_id":")" + reservation_id + R"("})");
}

void expect_all(const Answers& answers, int status) {
  for (const Answer& answer : answers.answers) expect_status(answer, status);
}

Line against_raw(const std::string& measure, const Compared& compared, double goal) {
  return {
      measure, compared.value, "/s", compared, ">= " + number_text(goal), compared.ratio >= goal};
}

std::string join_request(const Stage& stage, const Show& show, std::int64_t user) {
  return wire_request("POST", "/queue/tokens", stage.user_headers(user),
                      R"({"concert_id":)" + std::to_string(show.concert.value) + "}");
}

// Users `first` to first + count - 1 join, so many at a time.
Answers join_over_http(const Stage& stage, const Show& show, std::int64_t first, std::int64_t count,
                       std::size_t connections) {
  std::vector<std::string> requests;
  for (std::int64_t i = 0; i < count; ++i) {
    requests.push_back(join_request(stage, show, first + i));
  }
  Answers joined = send_all(stage.port(), connections, requests);
  expect_all(joined, 201);
  return joined;
}

// The same requests for handlers that do nothing.
double ask_ceiling(const Stage& stage, std::int64_t count) {
  const std::string body = R"({"concert_id":1})";
  std::vector<std::string> requests;
  for (std::int64_t i = 0; i < count; ++i) {
    requests.push_back(
        "POST /authorized_handler HTTP/1.1\r\nHost: 127.0.0.1\r\n" + stage.user_headers(i) +
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body);
  }
  const Answers answers = send_all(stage.ceilings_port(), kConnections, requests);
  expect_all(answers, 200);
  return answers.per_second();
}

Show line_to_join(Stage& stage) {
  const Show show = stage.create_show(1);
  stage.admit_fans(show, 1);
  stage.fill_line(show, kAlreadyWaiting);
  return show;
}

// The bytes of an id as a recording has them.
template <typename IdType>
std::string bytes_of(const IdType& id) {
  return std::string(id.bytes());
}

raw::Recording record_join(Stage& stage, const Show& show, std::int64_t user) {
  return {stage.database(), [&] {
            auto stores = stage.line_stores();
            const std::array request{line::JoinRequest{Stage::user(user), show.concert}};
            if (!line::join_queue(stores, request).front())
              throw std::runtime_error("a join fails");
          }};
}

raw::Recording::Replacements user_in_place_of(std::int64_t recorded, std::size_t user) {
  return {
      {bytes_of(Stage::user(recorded)), bytes_of(Stage::user(static_cast<std::int64_t>(user)))}};
}

}  // namespace

void measure_join(Bench& bench) {
  Stage& stage = bench.stage;
  // User 0 is let in before.
  const std::int64_t joins = bench.quick ? 3'000 : kUsers - 1;
  raw::Pool pool(stage.config().database, processes_of(stage, "join_queue"));
  const auto join = [&] {
    const Show show = line_to_join(stage);
    return std::vector{join_over_http(stage, show, 1, joins, kConnections).per_second()};
  };
  const auto beside_nothing =
      compare(bench.rounds, join, [&] { return std::vector{ask_ceiling(stage, joins)}; });
  bench.lines.push_back({"join the queue : B", beside_nothing[0].value, "/s", beside_nothing[0],
                         ">= 0.60", beside_nothing[0].ratio >= 0.6});
  // One join per transaction, where the handler puts those that come together into one.
  const auto beside_raw = compare(bench.rounds, join, [&] {
    const Show show = line_to_join(stage);
    const raw::Recording join_of_last = record_join(stage, show, joins);
    return std::vector{pool.rate(static_cast<std::size_t>(joins - 1),
                                 [&](db::Connection& connection, std::size_t i) {
                                   join_of_last.repeat(connection, user_in_place_of(joins, i + 1));
                                 })};
  });
  bench.lines.push_back(
      against_raw("join the queue : raw SQL, one at a time", beside_raw[0], 0.70));
  // Each is let in at once: its batch moves the line.
  const auto with_room = compare(
      bench.rounds,
      [&] {
        const Show show = stage.create_show(kRoomFor);
        return std::vector{join_over_http(stage, show, 1, joins, kConnections).per_second()};
      },
      join);
  bench.lines.push_back({"join with max_active 100,000 : with 1", with_room[0].value, "/s",
                         with_room[0], ">= 0.90", with_room[0].ratio >= 0.9});
}

void measure_join_inside(Bench& bench) {
  constexpr std::int64_t kManyInside = 90'000;
  constexpr std::int64_t kJoinsPerSlice = 200;
  Stage& stage = bench.stage;
  const Show full = stage.create_show(kRoomFor);
  const Show empty = stage.create_show(kRoomFor);
  stage.admit_strangers(full, kManyInside);
  const auto slice_of = [&](const Show& show) {
    return [&stage, &show, next = std::int64_t{0}]() mutable {
      std::vector<double> times;
      for (const Answer& answer :
           join_over_http(stage, show, next, kJoinsPerSlice, kQuietConnections).answers) {
        times.push_back(milliseconds(answer.took));
      }
      next += kJoinsPerSlice;
      return std::vector{median(times)};
    };
  };
  const auto compared = compare(bench.rounds, slice_of(full), slice_of(empty));
  bench.lines.push_back({"join p50 beside 90,000 active : none", compared[0].value, "ms",
                         compared[0], "<= 1.20", compared[0].ratio <= 1.2});
}

namespace {

// Reserves a seat for each fan and pays for it; how many of either per second.
std::vector<double> sell_over_http(Stage& stage, const Show& show, const std::vector<Fan>& fans) {
  std::vector<std::string> requests;
  for (std::size_t i = 0; i < fans.size(); ++i) {
    requests.push_back(
        reserve_request(fans[i], show.dates.front(), static_cast<std::int64_t>(i) + 1));
  }
  const Answers held = send_all(stage.port(), kConnections, requests);
  expect_all(held, 201);
  for (std::size_t i = 0; i < fans.size(); ++i) {
    requests[i] = pay_request(fans[i], text_member(held.answers[i].body, "reservation_id"));
  }
  const Answers paid = send_all(stage.port(), kConnections, requests);
  expect_all(paid, 201);
  return {held.per_second(), paid.per_second()};
}

// A fan reserves one seat; nothing when it is taken.
std::optional<ReservationId> reserve_seat(Stage& stage, const Show& show, const Fan& fan,
                                          std::int64_t seat) {
  std::optional<ReservationId> held;
  auto stores = stage.line_stores();
  (void)sale::reserve_seats(
      stores, {fan.claims.user_id, fan.claims, show.dates.front(), {.numbers = {seat}}, {}},
      [&](const Reservation& reservation) {
        held = reservation.id;
        return reservation_json(reservation);
      });
  return held;
}

void pay_for(Stage& stage, const Fan& fan, ReservationId reservation) {
  auto stores = stage.line_stores();
  const people::IdempotencyKey key{"pay", reservation.text(), std::string(32, 'f')};
  if (!money::pay(stores, {fan.claims.user_id, fan.claims, reservation, key}, payment_json)) {
    throw std::runtime_error("a payment fails");
  }
}

// One fan in the place of another one; the fan at place N has, or asks for, the seat N.
raw::Recording::Replacements fan_in_place_of(const Fan& recorded, const Fan& fan) {
  return {{bytes_of(recorded.claims.user_id), bytes_of(fan.claims.user_id)},
          {bytes_of(recorded.claims.token_id), bytes_of(fan.claims.token_id)},
          {recorded.claims.entry.value, fan.claims.entry.value}};
}

// The last fan buys the last seat; what that asked the database is asked for the others.
std::vector<double> sell_raw(Stage& stage, raw::Pool& pool, const Show& show,
                             const std::vector<Fan>& fans) {
  const Fan& last = fans.back();
  std::optional<ReservationId> reservation;
  const raw::Recording reserve(stage.database(), [&] {
    reservation = reserve_seat(stage, show, last, last.claims.entry.value);
  });
  const raw::Recording pay(stage.database(), [&] { pay_for(stage, last, reservation.value()); });
  std::vector<std::string> held(fans.size() - 1);
  const double reserves = pool.rate(held.size(), [&](db::Connection& connection, std::size_t i) {
    held[i] = reserve.repeat(connection, fan_in_place_of(last, fans[i])).at(bytes_of(*reservation));
  });
  const double payments = pool.rate(held.size(), [&](db::Connection& connection, std::size_t i) {
    auto replacements = fan_in_place_of(last, fans[i]);
    replacements.emplace(bytes_of(*reservation), held[i]);
    pay.repeat(connection, std::move(replacements));
  });
  return {reserves, payments};
}

}  // namespace

void measure_sale(Bench& bench) {
  Stage& stage = bench.stage;
  const std::int64_t sales = bench.quick ? 1'500 : 5'000;
  raw::Pool pool(stage.config().database, processes_of(stage, "reserve_seats"));
  const auto compared = compare(
      bench.rounds,
      [&] {
        const Show show = stage.create_show(sales, {sales, 1});
        return sell_over_http(stage, show, stage.admit_fans(show, sales));
      },
      [&] {
        const Show show = stage.create_show(sales, {sales, 1});
        return sell_raw(stage, pool, show, stage.admit_fans(show, sales));
      });
  bench.lines.push_back(against_raw("reserve, distinct seats : raw SQL", compared[0], 0.70));
  bench.lines.push_back(against_raw("pay : raw SQL", compared[1], 0.80));
}

void measure_one_seat(Bench& bench) {
  Stage& stage = bench.stage;
  raw::Pool pool(stage.config().database, processes_of(stage, "reserve_seats"));
  const auto crowd = static_cast<std::size_t>(kThousand);
  const auto expect_one = [](std::size_t winners) {
    if (winners != 1) throw std::runtime_error(std::to_string(winners) + " have won one seat");
  };
  // A slice is short, so there are more of them.
  const auto compared = compare(
      2 * bench.rounds,
      [&] {
        const Show show = stage.create_show(kThousand);
        const auto fans = stage.admit_fans(show, kThousand);
        std::vector<std::string> requests;
        for (const Fan& fan : fans) requests.push_back(reserve_request(fan, show.dates[0], 1));
        const Answers answers = send_all(stage.port(), crowd, requests);
        std::size_t winners = 0;
        for (const Answer& answer : answers.answers) {
          if (answer.status == 201) ++winners;
          if (answer.status != 201) expect_status(answer, 409);
        }
        expect_one(winners);
        return std::vector{answers.per_second()};
      },
      [&] {
        const Show show = stage.create_show(kThousand);
        const auto fans = stage.admit_fans(show, kThousand);
        // The seat is won at once, so that the others are as many losers, one of them recorded.
        if (!reserve_seat(stage, show, fans[0], 1)) throw std::runtime_error("no seat to win");
        const Fan& last = fans.back();
        const raw::Recording lose(stage.database(), [&] { reserve_seat(stage, show, last, 1); });
        return std::vector{pool.rate(fans.size(), [&](db::Connection& connection, std::size_t i) {
          lose.repeat(connection, fan_in_place_of(last, fans[i]));
        })};
      });
  bench.lines.push_back(
      against_raw("1,000 users at once for one seat, 1 wins : raw hot row", compared[0], 0.65));
}

void measure_hall(Bench& bench) {
  Stage& stage = bench.stage;
  const Show show =
      stage.create_show(static_cast<std::int64_t>(kQuietConnections), {kLargeHall, kSmallHall});
  const auto fans = stage.admit_fans(show, static_cast<std::int64_t>(kQuietConnections));
  // Each fan reserves a seat and lets go of it, again and again.
  const auto slice_of = [&](std::size_t date, std::int64_t seats) {
    return [&, date, seats] {
      std::vector<double> times;
      std::size_t begun = 0;
      const auto next = [&](std::size_t i, const Answer* answer) -> std::optional<Step> {
        if (answer != nullptr && answer->status == 201) {
          times.push_back(milliseconds(answer->took));
          const std::string id = text_member(answer->body, "reservation_id");
          return Step{wire_request("DELETE", "/reservations/" + id, fans[i].headers)};
        }
        if (answer != nullptr) expect_status(*answer, 204);
        if (begun == kHoldsPerSlice) return std::nullopt;
        const auto seat = static_cast<std::int64_t>(begun++) * (seats / kSmallHall) % seats + 1;
        return Step{reserve_request(fans[i], show.dates[date], seat)};
      };
      play_crowd(stage.port(), kQuietConnections, next);
      return std::vector{median(times), percentile(times, 99)};
    };
  };
  const auto compared = compare(2 * bench.rounds, slice_of(0, kLargeHall), slice_of(1, kSmallHall));
  bench.lines.push_back({"reserve p50, 20,000 seats : 50 seats", compared[0].value, "ms",
                         compared[0], "<= 1.20", compared[0].ratio <= 1.2});
  bench.lines.push_back(
      {"reserve p99, 20,000 seats : 50 seats", compared[1].value, "ms", compared[1], "reported"});
}

}  // namespace stagedoor::bench
