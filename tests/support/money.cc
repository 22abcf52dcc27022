#include "support/money.h"

#include <atomic>
#include <sstream>
#include <stdexcept>

namespace stagedoor::testing {
namespace {

constexpr std::size_t kJoinsAtOnce = 8;

[[noreturn]] void refuse(const std::string& what, const Response& response) {
  std::ostringstream text;
  text << what << ": " << response;
  throw std::runtime_error(text.str());
}

std::string reservation_body(const Json& reservation) {
  return "{\"reservation_id\":" + json_text(reservation["reservation_id"].text()) + "}";
}

}  // namespace

NewConcert sale_of(std::int64_t seats, std::map<std::string, std::int64_t> settings) {
  settings.insert({"max_active", 10'000});
  NewConcert concert{.settings = std::move(settings)};
  concert.dates[0].seats_json = "[{\"from\":1,\"to\":" + std::to_string(seats) +
                                ",\"price\":" + std::to_string(kSeatPrice) + "}]";
  return concert;
}

std::int64_t first_date_of(const Json& concert) { return concert["dates"][0]["date_id"].integer(); }

Buyer let_in(const Json& concert, const User& user) {
  const Json state = joined(user, concert);
  if (state["status"].text() != "ACTIVE" && !becomes(state, "ACTIVE")) {
    throw std::runtime_error("not let in: " + state.dump());
  }
  return {user, state["token"].text()};
}

std::vector<Buyer> let_in(std::size_t count, const Json& concert) {
  std::vector<User> users;
  for (std::size_t i = 0; i < count; ++i) users.push_back(new_user());
  return parallel(kJoinsAtOnce, count, [&](std::size_t i) { return let_in(concert, users[i]); });
}

std::string new_key() {
  static std::atomic<int> count{0};
  return "key-" + std::to_string(++count);
}

Headers with_key(Headers headers, const std::string& key) {
  headers.emplace_back("Idempotency-Key", key);
  return headers;
}

Headers as(const Buyer& buyer) {
  return {bearer(buyer.user.token), {"Queue-Token", buyer.queue_token}};
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

Response hold(const Buyer& buyer, const Json& concert, const std::vector<std::int64_t>& numbers,
              const std::string& key) {
  std::string list;
  for (const std::int64_t number : numbers) {
    list += (list.empty() ? "" : ",") + std::to_string(number);
  }
  return post(
      "/reservations",
      "{\"date_id\":" + std::to_string(first_date_of(concert)) + ",\"seats\":[" + list + "]}",
      key.empty() ? as(buyer) : with_key(as(buyer), key));
}

Json held_by(const Buyer& buyer, const Json& concert, const std::vector<std::int64_t>& numbers) {
  const Response response = hold(buyer, concert, numbers);
  if (response.status != 201) refuse("not held", response);
  return response.json();
}

Response cancel(const User& user, const Json& reservation) {
  return send({"DELETE", "/api/v1/reservations/" + reservation["reservation_id"].text(), as(user)});
}

void move_deadline(const Json& reservation, std::chrono::milliseconds from_now) {
  const std::string which =
      " WHERE reservation_id = " + in_sql(reservation["reservation_id"].text()) +
      " AND status = 'HELD';";
  Installation::shared().query(
      "SET @deadline = SYSDATE(6) + INTERVAL " + std::to_string(from_now.count() * 1000) +
      " MICROSECOND; START TRANSACTION;"
      "UPDATE queue_tokens SET held_until = @deadline, ends_at = @deadline WHERE hold_id = " +
      in_sql(reservation["reservation_id"].text()) +
      ";UPDATE reservations SET held_until = @deadline" + which +
      "UPDATE seats SET held_until = @deadline" + which + "COMMIT");
}

Response pay(const Buyer& buyer, const Json& reservation, const std::string& key) {
  return post("/payments", reservation_body(reservation), with_key(as(buyer), key));
}

Json paid_by(const Buyer& buyer, const Json& reservation) {
  const Response response = pay(buyer, reservation);
  if (response.status != 201) refuse("not paid", response);
  return response.json();
}

Response refund(const User& user, const Json& payment, const std::string& key) {
  return post("/payments/" + payment["payment_id"].text() + "/refund", "", with_key(as(user), key));
}

std::string in_sql(const std::string& uuid) { return "UNHEX(REPLACE('" + uuid + "', '-', ''))"; }

void expect_replay(const Response& first, const Response& again, std::source_location where) {
  const bool same = again.status == first.status && again.body == first.body &&
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
