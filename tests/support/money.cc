#include "support/money.h"

#include <atomic>

namespace stagedoor::testing {
namespace {

std::string reservation_body(const Json& reservation) {
  return "{\"reservation_id\":" + json_text(reservation["reservation_id"].text()) + "}";
}

}  // namespace

std::string new_key() {
  static std::atomic<int> count{0};
  return "key-" + std::to_string(++count);
}

Headers with_key(Headers headers, const std::string& key) {
  headers.emplace_back("Idempotency-Key", key);
  return headers;
}

Response charge(const User& user, std::int64_t amount, const std::string& key) {
  return post("/users/" + user.user_id + "/charges", "{\"amount\":" + std::to_string(amount) + "}",
              with_key(as(user), key));
}

std::int64_t balance_of(const User& user) {
  const Response response = get("/users/" + user.user_id + "/balance", as(user));
  if (response.status != 200) refuse("balance", response);
  return response.json()["balance"].integer();
}

std::vector<Json> ledger_of(const User& user) {
  return all_items("/users/" + user.user_id + "/ledger", as(user));
}

void fund(const std::vector<User>& users, std::int64_t amount) {
  std::string sql = "SET @amount = " + std::to_string(amount) + "; START TRANSACTION;";
  for (const User& user : users) {
    const std::string id = in_sql(user.user_id);
    sql += "INSERT IGNORE INTO users (user_id, created_at) VALUES (" + id + ", SYSDATE(6));";
    sql += "UPDATE users SET balance = balance + @amount WHERE user_id = " + id + ";";
    sql +=
        "SET @charge = UNHEX(REPLACE(UUID(), '-', ''));"
        "INSERT INTO ledger_entries (account, user_id, kind, reference, amount, balance_after, at)"
        " SELECT 'USER', user_id, 'CHARGE', @charge, @amount, balance, SYSDATE(6) FROM users"
        " WHERE user_id = " +
        id + " UNION ALL SELECT 'TILL', NULL, 'CHARGE', @charge, -@amount, NULL, SYSDATE(6);";
  }
  Installation::shared().query(sql + "COMMIT");
}

Response pay(const Fan& fan, const Json& reservation, const std::string& key) {
  return post("/payments", reservation_body(reservation), with_key(as(fan), key));
}

Json paid_by(const Fan& fan, const Json& reservation) {
  const Response response = pay(fan, reservation);
  if (response.status != 201) refuse("not paid", response);
  return response.json();
}

Response refund(const User& user, const Json& payment, const std::string& key) {
  return post("/payments/" + payment["payment_id"].text() + "/refund", "", with_key(as(user), key));
}

void expect_replay(const Response& first, const Response& again, std::source_location where) {
  const bool same = again.status == first.status && again.body == first.body &&
                    again.header("Content-Type") == first.header("Content-Type") &&
                    again.header("Idempotency-Replayed") == "true";
  if (same) return;
  ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line())) << "not a replay:\n"
                                                                    << again << "\nof:\n"
                                                                    << first;
}

void expect_clean_audit(std::source_location where) {
  const CommandResult audit = Installation::shared().run({"audit"});
  if (audit.exit_code == 0) return;
  ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line())) << "audit:\n"
                                                                    << audit.out << audit.err;
}

}  // namespace stagedoor::testing
