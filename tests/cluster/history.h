#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "support/vocabulary.h"

namespace stagedoor::testing {

using Instant = std::chrono::steady_clock::time_point;

enum class Act { kCharge, kJoin, kReserve, kRelease, kPay, kRefund, kLeave };

// One operation of a client, from its first request to the answer that it was given in the end. In
// between it may have been sent many times, with one key.
struct Operation {
  enum class Outcome {
    kOk,       // acknowledged: it must be in the tables, once
    kRefused,  // 4xx: it must have changed nothing
    kUnknown   // the client gave up: it is there once, or not at all
  };
  Act act = Act::kCharge;
  std::string user_id;
  std::string subject;  // of a release, a pay or a refund: the reservation or the payment
  Instant invoked = {};
  Instant returned = {};
  Outcome outcome = Outcome::kUnknown;
  int status = 0;
  Json answer = {};
};

// What clients saw. For use by many threads.
class History {
 public:
  // Sends once. A result without status: there was no answer.
  Response ask(const std::function<Response()>& call);
  // Sends until there is an answer other than 503, for a minute at most.
  Response perform(Act act, const User& user, const std::string& subject,
                   const std::function<Response()>& call);
  // A second request of what was acknowledged: the same answer, whatever happened in between.
  void repeat(const Response& first, const std::function<Response()>& call);
  // What no client may ever see.
  void violation(const std::string& what);

  [[nodiscard]] std::vector<Operation> operations() const;
  [[nodiscard]] std::vector<std::string> violations() const;
  [[nodiscard]] std::size_t acknowledged() const;
  // The first acknowledgement after a fault that others follow without a pause of half a second.
  [[nodiscard]] Instant writes_return_after(Instant fault) const;
  // Answers 503, and requests without an answer, in [from, to).
  [[nodiscard]] std::size_t failures_between(Instant from, Instant to) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Operation> operations_;
  std::vector<Instant> failures_;
  std::vector<std::string> violations_;
};

}  // namespace stagedoor::testing
