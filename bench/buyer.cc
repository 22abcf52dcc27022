#include "buyer.h"

#include "rows.h"

namespace stagedoor::bench {
namespace {

bool is_sold_out(const Answer& answer) {
  return (answer.status == 410 && text_member(answer.body, "code") == "sold_out") ||
         (answer.status == 409 && text_member(answer.body, "code") == "not_enough_seats") ||
         (answer.status == 403 && text_member(answer.body, "code") == "queue_token_expired");
}

}  // namespace

Buyer::Buyer(const Stage& stage, const Show& show, std::int64_t user_index,
             std::optional<std::int64_t> seat)
    : show_(show),
      user_(Stage::user(user_index).text()),
      seat_(seat),
      headers_(stage.user_headers(user_index)) {}

std::optional<Step> Buyer::next(const Answer* answer) {
  if (answer == nullptr) return go(kJoin);
  if (answer->status == kTooMany) return Step{request(), answer->retry_after};
  switch (at_) {
    case kJoin:
      if (is_sold_out(*answer)) return std::nullopt;
      expect_status(*answer, 201);
      headers_ += "Queue-Token: " + text_member(answer->body, "token") + "\r\n";
      return admitted_or_poll(*answer);
    case kPoll:
      expect_status(*answer, 200);
      return admitted_or_poll(*answer);
    case kList:
      if (is_sold_out(*answer)) return std::nullopt;
      expect_status(*answer, 200);
      return go(kReserve);
    case kReserve:
      return reserved_or_sold_out(*answer);
    case kCharge:
      expect_status(*answer, 201);
      return go(kPay);
    default:
      expect_status(*answer, 201);
      has_paid_ = true;
      return std::nullopt;
  }
}

std::optional<Step> Buyer::admitted_or_poll(const Answer& answer) {
  const std::string status = text_member(answer.body, "status");
  if (status == "ACTIVE") return go(kList);
  if (status == "EXPIRED" && text_member(answer.body, "expired_reason") == "SOLD_OUT") {
    return std::nullopt;
  }
  Step step = go(kPoll);
  step.delay = std::chrono::milliseconds{std::stoll(number_member(answer.body, "poll_after_ms"))};
  return step;
}

std::optional<Step> Buyer::reserved_or_sold_out(const Answer& answer) {
  if (is_sold_out(answer)) return std::nullopt;
  expect_status(answer, 201);
  reservation_ = text_member(answer.body, "reservation_id");
  return go(kCharge);
}

Step Buyer::go(StepKind kind) {
  at_ = kind;
  return {request()};
}

std::string Buyer::request() const {
  const std::string date = std::to_string(show_.dates.front().value);
  const std::string concert = std::to_string(show_.concert.value);
  const std::string key = "Idempotency-Key: " + concert + "\r\n";
  const std::string seats =
      seat_ ? R"("seats":[)" + std::to_string(*seat_) + "]" : R"("best_available":1)";
  switch (at_) {
    case kJoin:
      return wire_request("POST", "/queue/tokens", headers_, R"({"concert_id":)" + concert + "}");
    case kPoll:
      return wire_request("GET", "/queue/tokens/current", headers_);
    case kList:
      return wire_request("GET", "/concerts/" + concert + "/dates/" + date + "/seats", headers_);
    case kReserve:
      return wire_request("POST", "/reservations", headers_,
                          R"({"date_id":)" + date + "," + seats + "}");
    case kCharge:
      return wire_request("POST", "/users/" + user_ + "/charges", headers_ + key,
                          R"({"amount":100000})");
    default:
      return wire_request("POST", "/payments", headers_ + key,
                          R"({"reservation_id":")" + reservation_ + R"("})");
  }
}

}  // namespace stagedoor::bench
