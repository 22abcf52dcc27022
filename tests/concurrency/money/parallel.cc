// Money under many requests at once: all of them apply, or one of them does, never in between.
#include <algorithm>
#include <map>
#include <set>

#include "support/deadlocks.h"
#include "support/money.h"

using namespace stagedoor::testing;

namespace {

constexpr std::size_t kRequests = 100;
constexpr std::size_t kThreads = 16;

std::map<int, int> count_statuses(const std::vector<Response>& responses) {
  std::map<int, int> counts;
  for (const Response& response : responses) ++counts[response.status];
  return counts;
}

// One user with a hold in each of two concerts.
struct TwoHolds {
  User user = new_user();
  Json concerts[2] = {create_concert(hall(1)), create_concert(hall(1))};
  Fan buyers[2] = {admitted(concerts[0], user), admitted(concerts[1], user)};
  Json reservations[2] = {held(buyers[0], date_of(concerts[0]), {1}),
                          held(buyers[1], date_of(concerts[1]), {1})};
};

}  // namespace

TEST(ParallelCharges, WithDifferentKeysAllApply) {
  const User user = new_user();
  const auto responses = parallel(kThreads, kRequests, [&](std::size_t i) {
    return charge(user, static_cast<std::int64_t>(i) + 1);
  });
  EXPECT_EQ(count_statuses(responses), (std::map<int, int>{{201, 100}}));
  EXPECT_EQ(balance_of(user), 5050);
  std::set<std::int64_t> balances;
  for (const Json& entry : ledger_of(user)) balances.insert(entry["balance_after"].integer());
  EXPECT_EQ(balances.size(), kRequests) << "each saw the one before it";
}

TEST(ParallelCharges, WithOneKeyApplyOnceAndAnswerTheSame) {
  const User user = new_user();
  const std::string key = new_key();
  auto responses = parallel(kThreads, kRequests, [&](std::size_t) { return charge(user, 7, key); });
  for (Response& response : responses) {
    if (response.status == 409) {
      expect_problem(response, 409, "idempotency_in_progress");
      response = charge(user, 7, key);
    }
    EXPECT_EQ(response.status, 201) << response;
    EXPECT_EQ(response.body, responses[0].body);
  }
  const auto is_first = [](const Response& r) { return !r.has_header("Idempotency-Replayed"); };
  EXPECT_EQ(std::count_if(responses.begin(), responses.end(), is_first), 1);
  EXPECT_EQ(balance_of(user), 7);
  EXPECT_EQ(ledger_of(user).size(), 1U);
}

TEST(ParallelCharges, WithOneKeyAndTwoBodiesApplyOneOfThem) {
  const User user = new_user();
  const std::string key = new_key();
  const auto responses = parallel(
      kThreads, kRequests, [&](std::size_t i) { return charge(user, i % 2 == 0 ? 3 : 5, key); });
  EXPECT_EQ(count_statuses(responses), (std::map<int, int>{{201, 50}, {422, 50}}));
  const std::int64_t balance = balance_of(user);
  EXPECT_TRUE(balance == 3 || balance == 5) << balance;
}

TEST(ParallelCharges, OfManyUsersWithTheSameKeyAllApply) {
  std::vector<User> users;
  for (std::size_t i = 0; i < 20; ++i) users.push_back(new_user());
  const std::string key = new_key();
  const auto responses = parallel(
      kThreads, kRequests, [&](std::size_t i) { return charge(users[i % users.size()], 9, key); });
  EXPECT_EQ(count_statuses(responses), (std::map<int, int>{{201, 100}}));
  for (const User& user : users) EXPECT_EQ(balance_of(user), 9);
}

TEST(ParallelCharges, NeverLiftABalanceAboveItsLimit) {
  constexpr std::int64_t kMax = 1'000'000'000'000'000;
  const User user = new_user();
  fund({user}, kMax - 10);
  const auto responses =
      parallel(kThreads, kRequests, [&](std::size_t) { return charge(user, 1); });
  EXPECT_EQ(count_statuses(responses), (std::map<int, int>{{201, 10}, {422, 90}}));
  EXPECT_EQ(balance_of(user), kMax);
}

TEST(ParallelPayments, FromMoneyForOneMakeOne) {
  for (int round = 0; round < 20; ++round) {
    const TwoHolds two;
    fund({two.user}, kSeatPrice);
    const auto responses =
        parallel(2, 2, [&](std::size_t i) { return pay(two.buyers[i], two.reservations[i]); });
    auto counts = count_statuses(responses);
    EXPECT_EQ(counts[201], 1) << responses[0] << responses[1];
    EXPECT_EQ(counts[402] + counts[409], 1) << responses[0] << responses[1];
    EXPECT_EQ(balance_of(two.user), 0);
  }
}

TEST(ParallelPayments, AndChargesOfOneUserAllCount) {
  const TwoHolds two;
  fund({two.user}, 2 * kSeatPrice);
  const auto responses = parallel(8, 40, [&](std::size_t i) {
    return i == 10 || i == 20 ? pay(two.buyers[i / 10 - 1], two.reservations[i / 10 - 1])
                              : charge(two.user, 1);
  });
  EXPECT_EQ(count_statuses(responses), (std::map<int, int>{{201, 40}}));
  EXPECT_EQ(balance_of(two.user), 38);
}

TEST(DoubleClick, OnPayMakesOnePayment) {
  for (int round = 0; round < 20; ++round) {
    const Json concert = create_concert(hall(2));
    const Fan buyer = admitted(concert);
    fund({buyer.user}, 5 * kSeatPrice);
    const Json reservation = held(buyer, date_of(concert), {1});
    const auto responses = parallel(4, 4, [&](std::size_t) { return pay(buyer, reservation); });
    EXPECT_EQ(count_statuses(responses), (std::map<int, int>{{201, 1}, {409, 3}}));
    for (const Response& response : responses) {
      if (response.status == 409) expect_problem(response, 409, "already_paid");
    }
    EXPECT_EQ(balance_of(buyer.user), 4 * kSeatPrice);
  }
}

// Few seats are HELD at any moment: a server that found them by that would lock those of all.
TEST(ParallelPayments, OfSeatsOfOneHallMeetOneDeadlockInAThousandAtMost) {
  constexpr std::size_t kBuyers = 500;
  const Json concert = create_concert(hall(2'000));
  const std::vector<Fan> buyers = admitted(kBuyers, concert);
  std::vector<User> users;
  for (const Fan& buyer : buyers) users.push_back(buyer.user);
  fund(users, kSeatPrice);
  const double deadlocks_before = deadlocks();
  parallel(kThreads, kBuyers, [&](std::size_t i) {
    const auto number = static_cast<std::int64_t>(i) + 1;
    paid_by(buyers[i], held(buyers[i], date_of(concert), {number}));
    return true;
  });
  EXPECT_LE((deadlocks() - deadlocks_before) * 1'000, kBuyers);
}

TEST(DoubleClick, OnPayWithOneKeyMakesOnePaymentAndSaysSoTwice) {
  const Json concert = create_concert(hall(2));
  const Fan buyer = admitted(concert);
  fund({buyer.user}, 5 * kSeatPrice);
  const Json reservation = held(buyer, date_of(concert), {1});
  const std::string key = new_key();
  const auto responses = parallel(8, 32, [&](std::size_t) { return pay(buyer, reservation, key); });
  for (const Response& response : responses) {
    EXPECT_EQ(response.status, 201) << response;
    EXPECT_EQ(response.body, responses[0].body);
  }
  EXPECT_EQ(balance_of(buyer.user), 4 * kSeatPrice);
}

TEST(DoubleClick, OnRefundReturnsTheMoneyOnce) {
  const Json concert = create_concert(hall(2));
  const Fan buyer = admitted(concert);
  fund({buyer.user}, kSeatPrice);
  const Json payment = paid_by(buyer, held(buyer, date_of(concert), {1}));
  const auto responses = parallel(8, 16, [&](std::size_t) { return refund(buyer.user, payment); });
  EXPECT_EQ(count_statuses(responses), (std::map<int, int>{{200, 1}, {409, 15}}));
  EXPECT_EQ(balance_of(buyer.user), kSeatPrice);
}

// One wins: the seat is sold and paid for, or free and not.
TEST(PayAndCancel, AtOnceEndInOneOfThem) {
  const Json concert = create_concert(hall(40, {{"max_seats_per_user", 100}}));
  const User user = new_user();
  fund({user}, 40 * kSeatPrice);
  for (std::int64_t number = 1; number <= 40; ++number) {
    const Fan buyer = admitted(concert, user);
    const Json reservation = held(buyer, date_of(concert), {number});
    const std::int64_t before = balance_of(user);
    const auto responses = parallel(2, 2, [&](std::size_t i) {
      return i == 0 ? pay(buyer, reservation) : release(user, reservation);
    });
    const bool paid = responses[0].status == 201;
    EXPECT_EQ(responses[1].status, paid ? 409 : 204) << responses[1];
    if (!paid) expect_problem(responses[0], 409, "reservation_cancelled");
    EXPECT_EQ(balance_of(user), paid ? before - kSeatPrice : before);
    if (!paid) leave(buyer.queue_token);
  }
}
