// Pay in the last millisecond of a hold, while another user reaches for the seat.
#include <algorithm>
#include <random>

#include "support/money.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kRounds = 500;
constexpr std::size_t kRoundsAtOnce = 3;
constexpr std::chrono::microseconds kSpacingMin = 25ms;
constexpr auto kHeadStart = 1'500ms;

// One seat, who holds it, and who wants it.
struct Round {
  Fan payer;
  Fan taker;
  std::int64_t number = 0;
  Json reservation;
  std::chrono::microseconds pay_early{};  // before the deadline; negative: after it
  std::chrono::microseconds take_early{};
  Response paid;
  Response taken;
};

std::chrono::microseconds between(std::mt19937& random, std::chrono::microseconds low,
                                  std::chrono::microseconds high) {
  return std::chrono::microseconds(
      std::uniform_int_distribution<std::int64_t>(low.count(), high.count())(random));
}

// Gives all holds of the concert a deadline of their own, by seat, one after the other. The clock
// is that of the database, which on this machine is this process' own. Returns the first.
std::chrono::system_clock::time_point line_up_deadlines(const Json& concert,
                                                        std::chrono::microseconds spacing) {
  const std::string deadline =
      "@first + INTERVAL " + std::to_string(spacing.count()) + " * s.number MICROSECOND";
  const std::string holds =
      " JOIN seats s ON s.reservation_id = r.reservation_id SET r.held_until = " + deadline;
  const std::string which = " WHERE r.status = 'HELD' AND r.concert_id = " + id_of(concert) + ";";
  const std::string first = Installation::shared().query_value(
      "SET @first = SYSDATE(6) + INTERVAL " +
      std::to_string(std::chrono::microseconds(kHeadStart).count()) +
      " MICROSECOND; START TRANSACTION;"
      "UPDATE reservations r" +
      holds + which +
      "UPDATE queue_tokens t JOIN reservations r ON r.reservation_id = t.hold_id"
      " SET t.held_until = r.held_until, t.ends_at = r.held_until" +
      which +
      "UPDATE seats s JOIN reservations r ON r.reservation_id = s.reservation_id"
      " SET s.held_until = r.held_until" +
      which + "COMMIT; SELECT CAST(UNIX_TIMESTAMP(@first) * 1000000 AS SIGNED)");
  return std::chrono::system_clock::time_point(std::chrono::microseconds(std::stoll(first)));
}

// Status and owner of each seat, by number.
std::vector<Row> seat_owners(const Json& concert) {
  return Installation::shared().query(
      "SELECT s.status, LOWER(HEX(r.user_id)) FROM seats s"
      " JOIN reservations r ON r.reservation_id = s.reservation_id WHERE s.date_id = " +
      std::to_string(date_of(concert)) + " ORDER BY s.number");
}

std::string hex_of(const User& user) {
  std::string hex = user.user_id;
  std::erase(hex, '-');
  return hex;
}

void expect_one_owner(const Round& round, const Row& seat) {
  SCOPED_TRACE("seat " + std::to_string(round.number));
  const bool paid = round.paid.status == 201;
  const bool taken = round.taken.status == 201;
  EXPECT_FALSE(paid && taken) << round.paid << round.taken;
  if (!paid) expect_problem(round.paid, 410, "hold_expired");
  if (!taken) expect_problem(round.taken, 409, "seat_unavailable");
  EXPECT_EQ(seat.at(0), paid ? "SOLD" : "HELD");
  EXPECT_EQ(seat.at(1), hex_of(taken ? round.taker.user : round.payer.user));
  EXPECT_EQ(balance_of(round.payer.user), paid ? 0 : kSeatPrice);
}

}  // namespace

TEST(PayAtTheDeadline, LeavesEverySeatOneOwnerAndTakesMoneyOfOwnersOnly) {
  const Json concert = create_concert(hall(kRounds, {{"hold_seconds", 600}}));
  const std::vector<Fan> people = admitted(2 * kRounds, concert);
  std::vector<Round> rounds(kRounds);
  std::vector<User> payers;
  std::mt19937 random(std::random_device{}());
  for (std::size_t i = 0; i < kRounds; ++i) {
    rounds[i].payer = people[i];
    rounds[i].taker = people[kRounds + i];
    rounds[i].number = static_cast<std::int64_t>(i) + 1;
    rounds[i].pay_early = between(random, -2ms, 12ms);
    rounds[i].take_early = between(random, -12ms, 5ms);
    payers.push_back(people[i].user);
  }
  fund(payers, kSeatPrice);
  const auto began = std::chrono::steady_clock::now();
  parallel(8, kRounds, [&](std::size_t i) {
    rounds[i].reservation = held(rounds[i].payer, date_of(concert), {rounds[i].number});
    return true;
  });

  // A machine that falls behind would be too late for each deadline: it gets twice the time that
  // the two calls of a round take.
  const auto took = std::chrono::steady_clock::now() - began;
  const auto spacing = std::max(
      kSpacingMin, std::chrono::duration_cast<std::chrono::microseconds>(4 * took / kRounds));
  const auto first = line_up_deadlines(concert, spacing);
  // The calls alternate: one pays, one takes, each at its time.
  parallel(2 * kRoundsAtOnce, 2 * kRounds, [&](std::size_t call) {
    Round& round = rounds[call / 2];
    const bool pays = call % 2 == 0;
    std::this_thread::sleep_until(first + spacing * round.number -
                                  (pays ? round.pay_early : round.take_early));
    (pays ? round.paid : round.taken) =
        pays ? pay(round.payer, round.reservation)
             : reserve(round.taker, date_of(concert), {round.number});
    return true;
  });

  const std::vector<Row> seats = seat_owners(concert);
  ASSERT_EQ(seats.size(), kRounds);
  for (std::size_t i = 0; i < kRounds; ++i) expect_one_owner(rounds[i], seats[i]);
  const auto won = [](const Round& round) { return round.paid.status == 201; };
  const auto paid = std::count_if(rounds.begin(), rounds.end(), won);
  const auto taken = std::count_if(rounds.begin(), rounds.end(),
                                   [](const Round& round) { return round.taken.status == 201; });
  RecordProperty("paid", static_cast<int>(paid));
  RecordProperty("taken", static_cast<int>(taken));
  EXPECT_GT(paid, 10) << "no race: too late to pay";
  EXPECT_GT(taken, 10) << "no race: too early to take";
}
