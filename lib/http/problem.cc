#include <random>

#include "base/json_writer.h"
#include "http/response.h"

namespace stagedoor::http {
namespace {

struct Look {
  int status;
  const char* code;
  const char* title;
};

// NOLINTNEXTLINE(readability-function-size): two lines for each refusal, and nothing else.
Look look_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNotFound:
      return {404, "not_found", "There is nothing here"};
    case Refusal::kUnauthenticated:
      return {401, "unauthenticated", "A valid access token is needed"};
    case Refusal::kForbidden:
      return {403, "forbidden", "This is not yours to see or change"};
    case Refusal::kMalformedJson:
      return {400, "malformed_json", "The body is not a JSON object"};
    case Refusal::kBodyTooLarge:
      return {413, "body_too_large", "The body is larger than 16 KiB"};
    case Refusal::kUnsupportedMediaType:
      return {415, "unsupported_media_type", "The body must be sent as application/json"};
    case Refusal::kValidationFailed:
      return {422, "validation_failed", "Some fields are not right"};
    case Refusal::kEmailTaken:
      return {409, "email_taken", "This e-mail address has an account already"};
    case Refusal::kBadCredentials:
      return {401, "bad_credentials", "E-mail address or password is wrong"};
    case Refusal::kTooManyAttempts:
      return {429, "too_many_attempts", "This account was tried too often"};
    case Refusal::kLinkExpired:
      return {410, "link_expired", "This link was used already or is too old"};
    case Refusal::kAccountInUse:
      return {409, "account_in_use", "This account has a hold, a date to come or money left"};
    case Refusal::kEmailUnverified:
      return {403, "email_unverified", "Verify your e-mail address first"};
    case Refusal::kSaleClosed:
      return {410, "sale_closed", "The sale of this concert is over"};
    case Refusal::kSoldOut:
      return {410, "sold_out", "Every seat of this concert is sold"};
    case Refusal::kQueueTokenRequired:
      return {401, "queue_token_required", "Join the queue first and send the Queue-Token"};
    case Refusal::kQueueTokenInvalid:
      return {401, "queue_token_invalid", "This is not a Queue-Token of ours"};
    case Refusal::kWrongConcert:
      return {403, "wrong_concert", "This Queue-Token is for another concert"};
    case Refusal::kNotAdmitted:
      return {403, "not_admitted", "It is not your turn yet"};
    case Refusal::kQueueTokenExpired:
      return {403, "queue_token_expired", "Your place in the queue has ended"};
    case Refusal::kNotOnSale:
      return {409, "not_on_sale", "The sale of this date has not begun"};
    case Refusal::kHoldExists:
      return {409, "hold_exists", "You hold seats already: pay or release them first"};
    case Refusal::kSeatLimitExceeded:
      return {409, "seat_limit_exceeded",
              "That is more seats of this date than one person may have"};
    case Refusal::kSeatUnavailable:
      return {409, "seat_unavailable", "Some of these seats are taken"};
    case Refusal::kNotEnoughSeats:
      return {409, "not_enough_seats", "There are not that many free seats"};
    case Refusal::kAlreadyPaid:
      return {409, "already_paid", "This reservation is paid already"};
    case Refusal::kReservationCancelled:
      return {409, "reservation_cancelled", "This reservation was released"};
    case Refusal::kHoldExpired:
      return {410, "hold_expired", "The time to pay is over, the seats are free again"};
    case Refusal::kInsufficientBalance:
      return {402, "insufficient_balance", "There is not enough money on your balance"};
    case Refusal::kAlreadyRefunded:
      return {409, "already_refunded", "This payment is refunded already"};
    case Refusal::kRefundClosed:
      return {409, "refund_closed", "Payments of this concert can no longer be refunded"};
    case Refusal::kBalanceLimitExceeded:
      return {422, "balance_limit_exceeded", "That is more than a balance can hold"};
    case Refusal::kLineNotEmpty:
      return {409, "line_not_empty", "The order of a line is fixed once somebody has joined"};
    case Refusal::kIdempotencyKeyRequired:
      return {400, "idempotency_key_required", "Send an Idempotency-Key with this request"};
    case Refusal::kIdempotencyKeyReused:
      return {422, "idempotency_key_reused", "This Idempotency-Key was used for another request"};
    case Refusal::kUnavailable:
      return {503, "unavailable", "Stagedoor cannot answer right now"};
  }
  return {500, "internal", "Something went wrong here"};
}

void write_value(JsonWriter& json, const RefusalMember& member) {
  json.key(member.name);
  if (const auto* number = std::get_if<std::int64_t>(&member.value)) {
    json.value(*number);
  } else if (const auto* text = std::get_if<std::string>(&member.value)) {
    json.value(*text);
  } else if (std::holds_alternative<std::nullptr_t>(member.value)) {
    json.value(nullptr);
  } else {
    json.begin_array();
    for (const std::int64_t item : std::get<std::vector<std::int64_t>>(member.value)) {
      json.value(item);
    }
    json.end_array();
  }
}

// Spread, so that clients that were refused together do not come again together.
int spread_retry_after_s() {
  static std::minstd_rand random{std::random_device{}()};
  return std::uniform_int_distribution{1, 4}(random);
}

}  // namespace

Problem problem_for(const Refused& refused) {
  const Look look = look_of(refused.refusal);
  Problem problem{.status = look.status,
                  .code = look.code,
                  .title = look.title,
                  .retry_after_s = refused.retry_after_s,
                  .members = refused.members,
                  .errors = refused.errors};
  if (refused.refusal == Refusal::kUnavailable) problem.retry_after_s = spread_retry_after_s();
  return problem;
}

Response render(const Problem& problem, const std::string& request_id) {
  JsonWriter json;
  json.begin_object()
      .field("type", "urn:stagedoor:problem:" + problem.code)
      .field("title", problem.title)
      .field("status", problem.status)
      .field("detail", problem.detail.empty() ? problem.title : problem.detail)
      .field("code", problem.code)
      .field("request_id", request_id);
  for (const RefusalMember& member : problem.members) write_value(json, member);
  if (!problem.errors.empty()) {
    json.key("errors").begin_array();
    for (const FieldError& error : problem.errors) {
      json.begin_object().field("field", error.field).field("detail", error.detail).end_object();
    }
    json.end_array();
  }
  json.end_object();
  Response response{
      .status = problem.status, .content_type = "application/problem+json", .body = json.take()};
  if (problem.retry_after_s) {
    response.headers.emplace_back("Retry-After", std::to_string(*problem.retry_after_s));
  }
  return response;
}

}  // namespace stagedoor::http
