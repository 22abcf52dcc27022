#include "endpoint/queue_json.h"

#include "base/json_writer.h"

namespace stagedoor {

Outcome<QueueTokenClaims> read_queue_token(const http::Request& request, const Services& services) {
  const std::string_view text = request.param("HTTP_QUEUE_TOKEN");
  if (text.empty()) return Refused{Refusal::kQueueTokenRequired};
  const auto claims = services.queue_tokens.verify(text);
  if (!claims) return Refused{Refusal::kQueueTokenInvalid};
  return *claims;
}

Outcome<QueueTokenClaims> read_own_queue_token(const http::Request& request,
                                               const Services& services, UserId user_id) {
  auto claims = read_queue_token(request, services);
  if (claims && claims->user_id != user_id) return Refused{Refusal::kForbidden};
  return claims;
}

http::Response queue_response(int status, const line::QueueState& state, const Services& services) {
  std::optional<std::int64_t> ahead = state.position;
  if (ahead && *ahead > 0) --*ahead;
  JsonWriter json;
  json.begin_object()
      .field("token_id", state.claims.token_id)
      .field("user_id", state.claims.user_id)
      .field("concert_id", state.claims.concert_id)
      .field("entry", state.claims.entry)
      .field("status", state.status)
      .field("position", state.position)
      .field("ahead", ahead)
      .field("waiting", state.waiting)
      .field("estimated_wait_seconds", state.estimated_wait_s)
      .field("poll_after_ms", state.poll_after_ms)
      .field("issued_at", state.claims.issued_at)
      .field("admitted_at", state.admitted_at)
      .field("expires_at", state.expires_at)
      .field("expired_reason", state.reason)
      .field("token", services.queue_tokens.sign(state.claims))
      .end_object();
  http::Response response = http::json(status, json.take());
  if (state.poll_after_ms) {
    const std::int64_t whole_s = (*state.poll_after_ms + 999) / 1000;
    response.headers.emplace_back("Retry-After", std::to_string(whole_s));
  }
  return response;
}

}  // namespace stagedoor
