#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/id.h"
#include "endpoint/services.h"
#include "http/json_body.h"
#include "http/paging.h"
#include "http/request.h"
#include "http/response.h"
#include "people/apply_once.h"

namespace stagedoor {

// The CGI parameter in which nginx passes on a part of the path: {concert_id} is CONCERT_ID.
template <typename IdType>
inline constexpr const char* kPathPart = nullptr;
template <>
inline constexpr const char* kPathPart<ConcertId> = "CONCERT_ID";
template <>
inline constexpr const char* kPathPart<DateId> = "DATE_ID";
template <>
inline constexpr const char* kPathPart<UserId> = "USER_ID";
template <>
inline constexpr const char* kPathPart<ReservationId> = "RESERVATION_ID";
template <>
inline constexpr const char* kPathPart<PaymentId> = "PAYMENT_ID";
template <>
inline constexpr const char* kPathPart<TokenId> = "TOKEN_ID";

// One request as a handler reads it. A reader that finds nothing good returns a placeholder, so
// that all are called in a row; then one look at refused() stands before the operation.
class Call {
 public:
  Call(const http::Request& request, const Services& services)
      : request_(&request), services_(&services) {}

  [[nodiscard]] const http::Request& request() const { return *request_; }

  // The signed-in user.
  UserId user();
  [[nodiscard]] token::Role role() const;
  [[nodiscard]] bool is_admin() const { return role() == token::Role::kAdmin; }
  // The access token that came with the call, which `authorize` has let in.
  token::Identity session();

  // The claims of the Queue-Token, where it alone says who calls.
  QueueTokenClaims queue_token();
  // The same of this user's own token, for an operation that refuses it in its turn.
  Outcome<QueueTokenClaims> own_queue_token();

  // A part of the path.
  template <typename IdType>
  IdType path() {
    return take(Step::kPath, request_->in_path<IdType>(kPathPart<IdType>));
  }
  // The user of the path, who must be the one that is signed in.
  UserId own_path_user();

  // The fields of the JSON body. Each must be read before key() or refused() is called.
  http::JsonObject& body();
  void expect_no_body();

  // ?name= as it is, as true or false, and as a page of a list that is sorted by Keys.
  [[nodiscard]] std::optional<std::string> query(const char* name) const {
    return request_->query(name);
  }
  bool flag(const char* name);
  template <typename... Keys>
  http::PageRequest<Keys...> page() {
    return take(Step::kQuery, http::read_page<Keys...>(*request_));
  }

  // The Idempotency-Key of this operation, path and body; it must be there, or may be.
  people::IdempotencyKey key(const char* operation);
  std::optional<people::IdempotencyKey> optional_key(const char* operation);

  // What the handler itself finds wrong with the path or the query.
  void refuse_path(Refusal refusal) { refuse(Step::kPath, Refused{refusal}); }
  void refuse_query(const char* name, const char* detail);

  // Whether anything was refused. refusal() is the first in the order of Step, in whatever order
  // the parts were read.
  bool refused();
  // REQUIRES: refused().
  [[nodiscard]] const Refused& refusal() const { return *refusal_; }

  // False while something was read and refused() was not called after.
  [[nodiscard]] bool was_checked() const { return was_checked_; }

 private:
  // What is refused first: the documented order.
  enum class Step { kCaller, kPath, kBody, kQuery, kKey };

  void refuse(Step step, Refused refused);
  template <typename Value>
  Value take(Step step, Outcome<Value> outcome) {
    was_checked_ = false;
    if (outcome) return std::move(*outcome);
    refuse(step, outcome.error());
    return Value{};
  }
  // Refuses the body if one of its fields is bad or unknown.
  void finish_body();

  const http::Request* request_;
  const Services* services_;
  std::optional<http::JsonBody> body_;
  bool is_body_finished_ = false;
  bool was_checked_ = true;
  Step refused_at_ = Step::kKey;
  std::optional<Refused> refusal_;
};

// The answer to a call with a key; a repeated one says so in Idempotency-Replayed.
http::Response answer_response(const people::StoredAnswer& answer);

}  // namespace stagedoor
