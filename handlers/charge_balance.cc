// POST /api/v1/users/{user_id}/charges {amount}, with an Idempotency-Key
//
// 201 {charge_id, user_id, name, amount, balance, currency, charged_at}
// 403 forbidden: another user's; 422 balance_limit_exceeded
#include "base/json_writer.h"
#include "endpoint/endpoint.h"
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

Outcome<http::Response> charge_balance(Call& call, Services& services) {
  const UserId user_id = call.own_path_user();
  const Money amount{call.body().integer("amount", {1, kChargeMax})};
  const auto key = call.key("charge");
  if (call.refused()) return call.refusal();

  return money::charge(services.database, user_id, amount, key,
                       [&](const money::Charge& charge) {
                         return charge_json(charge, services.config.currency);
                       })
      .transform(answer_response);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("charge_balance", argc, argv, stagedoor::charge_balance);
}
