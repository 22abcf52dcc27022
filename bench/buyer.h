#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "http_crowd.h"
#include "stage.h"

namespace stagedoor::bench {

enum StepKind { kJoin, kPoll, kList, kReserve, kCharge, kPay, kSteps };

// One user on the way from the line to a paid seat. The requests follow from the answers.
class Buyer {
 public:
  // `seat`: which one the buyer wants; nothing: the best that there is.
  Buyer(const Stage& stage, const Show& show, std::int64_t user_index,
        std::optional<std::int64_t> seat);

  // The step whose answer the next call of next() takes.
  [[nodiscard]] StepKind at() const { return at_; }
  // Whether the buyer's way ended with a payment; else it has not ended, or every seat was sold.
  [[nodiscard]] bool has_paid() const { return has_paid_; }

  // Nothing: the way has ended. Throws when an answer is none that a buyer may get. One that was
  // refused because too many came comes again when Retry-After says.
  std::optional<Step> next(const Answer* answer);

 private:
  std::optional<Step> admitted_or_poll(const Answer& answer);
  std::optional<Step> reserved_or_sold_out(const Answer& answer);
  Step go(StepKind kind);
  [[nodiscard]] std::string request() const;

  Show show_;
  std::string user_;
  std::optional<std::int64_t> seat_;
  std::string headers_;
  std::string reservation_ = {};
  StepKind at_ = kJoin;
  bool has_paid_ = false;
};

// Refused because too many came at once.
inline constexpr int kTooMany = 503;

}  // namespace stagedoor::bench
