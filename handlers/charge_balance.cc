// POST /api/v1/users/{user_id}/charges {amount}, with an Idempotency-Key
//
// 201 {charge_id, user_id, name, amount, balance, currency, charged_at}
// 403 forbidden: another user's; 422 balance_limit_exceeded
#include "base/json_writer.h"
#include "endpoint/endpoint.h"
#include "endpoint/idempotency_key.h"
#include "money/ledger.h"

namespace stagedoor {
namespace {

std::string charge_json(const money::Charge& charge, const std::string& currency) {
  JsonWriter json;
  json.begin_object()
      .field("charge_id", charge.id)
      .field("user_id", charge.user_id)
      .field("name", charge.name)
      .field("amount", charge.amount)
      .field("balance", charge.balance)
      .field("currency", currency)
      .field("charged_at", charge.charged_at)
      .end_object();
  return json.take();
}

Outcome<http::Response> charge_balance(const http::Request& request, Services& services) {
  const auto user_id = request.user_id();
  if (!user_id) return user_id.error();
  const auto path_id = request.id_in_path<UserId>("USER_ID");
  if (!path_id) return path_id.error();
  if (*path_id != *user_id) return Refused{Refusal::kForbidden};
  auto body = http::JsonBody::parse(request);
  if (!body) return body.error();
  const Money amount{body->root().integer("amount", {1, kChargeMax})};
  if (const auto checked = body->check(); !checked) return checked.error();
  const auto key = require_idempotency_key(request, "charge", body->canonical());
  if (!key) return key.error();

  const auto answer = money::charge(
      services.database, *user_id, amount, *key,
      [&](const money::Charge& charge) { return charge_json(charge, services.config.currency); });
  if (!answer) return answer.error();
  return answer_response(*answer);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("charge_balance", argc, argv, stagedoor::charge_balance);
}
