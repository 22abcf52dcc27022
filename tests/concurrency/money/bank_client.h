#pragma once

#include <atomic>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/money.h"

namespace stagedoor::testing {

// What all clients of the bank saw together.
struct BankCounters {
  std::atomic<int> charges{0};
  std::atomic<int> payments{0};
  std::atomic<int> refunds{0};
  std::atomic<int> cancels{0};
  std::atomic<int> failures{0};  // answers that made a client ask again
  std::atomic<int> replays{0};   // keys whose first answer was lost
};

// A fan who keeps books of all answers, and repeats a request with its key until it is answered.
class BankClient {
 public:
  BankClient(std::vector<Json> concerts, BankCounters& counters);

  // Charges, or tries to buy seats, or returns some. What is answered must agree with the books.
  void step();

  // Everything that was answered is in the database, once, and nothing else is.
  void expect_books_agree() const;

 private:
  Response insist(const std::function<Response()>& call);
  void expect_balance_told(const Response& response) const;
  void add_money();
  void buy();
  void pay_for(const Fan& buyer, const Json& reservation);
  void give_up(const Json& reservation);
  void return_seats();
  [[nodiscard]] std::int64_t pick(std::int64_t low, std::int64_t high);

  std::vector<Json> concerts_;
  BankCounters& counters_;
  User user_ = new_user();
  std::mt19937_64 random_{std::random_device{}()};

  std::int64_t balance_ = 0;
  std::set<std::string> charges_;
  std::vector<Json> kept_;  // payments not refunded
  std::set<std::string> payments_;
  std::set<std::string> refunds_;
};

inline constexpr std::int64_t kSeatsOfAConcert = 60;

}  // namespace stagedoor::testing
