#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "cluster/history.h"
#include "support/money.h"

namespace stagedoor::testing {

// Fans of two concerts, one that lets everybody in and one with a line, who charge, join, wait,
// reserve, pay, refund, release and leave until they are stopped. Each repeats with its key until
// it is told what became of its wish, and now and then asks again for what it knows already.
class SellingCrowd {
 public:
  SellingCrowd(History& history, std::size_t fans, std::vector<User> users);
  ~SellingCrowd();
  SellingCrowd(const SellingCrowd&) = delete;
  SellingCrowd& operator=(const SellingCrowd&) = delete;

  // Lets everybody finish. Throws what went wrong in the test itself.
  void stop();
  [[nodiscard]] const std::vector<Json>& concerts() const { return concerts_; }

 private:
  // One visit of a new user, with the random numbers of this thread.
  void visit(const Json& concert, std::minstd_rand& random);
  bool charge_balance(const User& user, std::minstd_rand& random);
  // The queue state once the user is inside; nothing when the time to wait is over.
  Json wait_for_admission(const User& user, const Json& concert);
  Json reserve_some(const Fan& fan, const Json& concert, std::minstd_rand& random);
  void buy(const Fan& fan, const Json& reservation, std::minstd_rand& random);
  User next_user();

  History& history_;
  std::vector<Json> concerts_;
  std::mutex mutex_;
  std::vector<User> users_;
  std::atomic<bool> stop_{false};
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

}  // namespace stagedoor::testing
