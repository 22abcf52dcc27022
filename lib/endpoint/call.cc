#include "endpoint/call.h"

#include <cassert>

#include "endpoint/access_token.h"
#include "endpoint/queue_json.h"
#include "http/idempotency_key.h"
#include "http/query.h"
#include "token/digest.h"

namespace stagedoor {

UserId Call::user() { return take(Step::kCaller, request_->user_id()); }

token::Role Call::role() const {
  return token::parse_role(request_->param("STAGEDOOR_ROLE")).value_or(token::Role::kUser);
}

token::Identity Call::session() {
  return take(Step::kCaller, read_access_token(*request_, *services_));
}

QueueTokenClaims Call::queue_token() {
  return take(Step::kCaller, read_queue_token(*request_, *services_));
}

Outcome<QueueTokenClaims> Call::own_queue_token() {
  return read_own_queue_token(*request_, *services_, user());
}

UserId Call::own_path_user() {
  const UserId caller = user();
  if (path<UserId>() != caller) refuse_path(Refusal::kForbidden);
  return caller;
}

http::JsonObject& Call::body() {
  assert(!is_body_finished_);
  if (!body_) {
    was_checked_ = false;
    auto parsed = http::JsonBody::parse(*request_);
    if (!parsed) refuse(Step::kBody, parsed.error());
    body_.emplace(parsed ? std::move(*parsed) : http::JsonBody::empty());
  }
  return body_->root();
}

void Call::expect_no_body() { take(Step::kBody, http::JsonBody::expect_none(*request_)); }

bool Call::flag(const char* name) { return take(Step::kQuery, http::read_flag(*request_, name)); }

people::IdempotencyKey Call::key(const char* operation) {
  auto key = optional_key(operation);
  if (!key) refuse(Step::kKey, Refused{Refusal::kIdempotencyKeyRequired});
  return std::move(key).value_or(people::IdempotencyKey{});
}

std::optional<people::IdempotencyKey> Call::optional_key(const char* operation) {
  was_checked_ = false;
  const std::string_view header = request_->param("HTTP_IDEMPOTENCY_KEY");
  if (header.empty()) return std::nullopt;
  auto key = http::parse_idempotency_key(header);
  if (!key) {
    refuse(Step::kKey,
           Refused::fields({{"Idempotency-Key", "must be 1 to 255 visible ASCII characters"}}));
    return std::nullopt;
  }
  finish_body();
  const std::string identity = std::string(operation) + "\n" + std::string(request_->path()) +
                               "\n" + (body_ ? body_->canonical() : "");
  return people::IdempotencyKey{operation, std::move(*key), token::sha256(identity)};
}

void Call::refuse_query(const char* name, const char* detail) {
  refuse(Step::kQuery, Refused::fields({{name, detail}}));
}

bool Call::refused() {
  finish_body();
  was_checked_ = true;
  return refusal_.has_value();
}

void Call::finish_body() {
  if (!body_ || is_body_finished_) return;
  is_body_finished_ = true;
  if (const auto checked = body_->check(); !checked) refuse(Step::kBody, checked.error());
}

void Call::refuse(Step step, Refused refused) {
  was_checked_ = false;
  if (refusal_ && refused_at_ <= step) return;
  refused_at_ = step;
  refusal_ = std::move(refused);
}

http::Response answer_response(const people::StoredAnswer& answer) {
  http::Response response = http::json(answer.status, answer.body);
  if (answer.replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

}  // namespace stagedoor
