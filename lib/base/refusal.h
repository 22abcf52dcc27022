#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace stagedoor {

// Every reason for which the rules say no. http/problem turns each into one status and code.
enum class Refusal {
  kNotFound,
  kUnauthenticated,
  kForbidden,
  kMalformedJson,
  kBodyTooLarge,
  kUnsupportedMediaType,
  kValidationFailed,
  kEmailTaken,
  kBadCredentials,
  kTooManyAttempts,
  kLinkExpired,
  kAccountInUse,
  kEmailUnverified,
  kSaleClosed,
  kSoldOut,
  kQueueTokenRequired,
  kQueueTokenInvalid,
  kWrongConcert,
  kNotAdmitted,
  kQueueTokenExpired,
  kNotOnSale,
  kHoldExists,
  kSeatLimitExceeded,
  kSeatUnavailable,
  kNotEnoughSeats,
  kAlreadyPaid,
  kReservationCancelled,
  kHoldExpired,
  kInsufficientBalance,
  kAlreadyRefunded,
  kRefundClosed,
  kBalanceLimitExceeded,
  kLineNotEmpty,
  kIdempotencyKeyRequired,
  kIdempotencyKeyReused,
  kUnavailable,  // one command of a batch failed; what fails by itself throws Unavailable
};

// What is wrong with one field of a request.
struct FieldError {
  std::string field;
  std::string detail;
};

// A further member of a refusal that tells the client how to go on, such as `limit`.
struct RefusalMember {
  std::string name;
  std::variant<std::int64_t, std::string, std::vector<std::int64_t>, std::nullptr_t> value;
};

struct Refused {
  Refusal refusal;
  std::vector<RefusalMember> members = {};
  std::vector<FieldError> errors = {};  // of kValidationFailed
  std::optional<int> retry_after_s = {};

  static Refused fields(std::vector<FieldError> errors) {
    return {Refusal::kValidationFailed, {}, std::move(errors)};
  }
};

template <typename T>
using Outcome = Result<T, Refused>;

}  // namespace stagedoor
