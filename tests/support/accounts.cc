#include "support/accounts.h"

#include <atomic>
#include <stdexcept>
#include <thread>

#include "support/jwt.h"

namespace stagedoor::testing {
namespace {

std::string quoted(const std::string& text) {
  std::string sql;
  for (const char c : text) sql += c == '\'' ? std::string("''") : std::string(1, c);
  return "'" + sql + "'";
}

std::string bytes_of(const std::string& uuid) {
  std::string bytes;
  std::string digits;
  for (const char c : uuid) {
    if (c != '-') digits += c;
  }
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

}  // namespace

std::string new_email() {
  static std::atomic<int> count{0};
  return "Fan" + std::to_string(++count) + "@Example.org";
}

std::string sign_up_body(const std::string& name, const std::string& email,
                         const std::string& password) {
  return "{\"name\":" + json_text(name) + ",\"email\":" + json_text(email) +
         ",\"password\":" + json_text(password) + "}";
}

Response sign_up(const std::string& email, const std::string& password) {
  return post("/users", sign_up_body("Some One", email, password));
}

Response sign_in(const std::string& email, const std::string& password) {
  return post("/sessions",
              "{\"email\":" + json_text(email) + ",\"password\":" + json_text(password) + "}");
}

Account new_account() {
  const std::string email = new_email();
  const Response response = sign_up(email);
  if (response.status != 201) refuse("no account", response);
  const Json user = response.json();
  return {{user["user_id"].text(), user["access_token"].text()}, email};
}

User another_session(const Account& account) {
  const Response response = sign_in(account.email);
  if (response.status != 201) refuse("no session", response);
  return {account.user.user_id, response.json()["access_token"].text()};
}

Response put(const std::string& path, const std::string& body, const Headers& headers) {
  Headers typed = headers;
  typed.emplace_back("Content-Type", "application/json");
  return send({"PUT", "/api/v1" + path, typed, body});
}

std::string path_of(const User& user, const std::string& part) {
  return "/users/" + user.user_id + part;
}

bool is_signed_in(const User& user) {
  const Response response = get(path_of(user), as(user));
  if (response.status != 200 && response.status != 401) refuse("no user", response);
  return response.status == 200;
}

void wait_until_ends_are_known() { std::this_thread::sleep_for(std::chrono::seconds(2)); }

std::size_t letters_of(const std::string& kind, const std::string& email) {
  return std::stoul(Installation::shared().query_value(
      "SELECT COUNT(*) FROM letters WHERE waits AND kind = " + quoted(kind) +
      " AND recipient = " + quoted(email)));
}

// See lib/token/link_token.h.
std::string token_in_letter(const std::string& kind, const std::string& email) {
  const auto rows = Installation::shared().query(
      "SELECT data FROM letters WHERE waits AND kind = " + quoted(kind) +
      " AND recipient = " + quoted(email) + " ORDER BY letter_id DESC LIMIT 1");
  if (rows.empty()) throw std::runtime_error("no letter " + kind + " to " + email);
  const std::string id = bytes_of(Json::parse(rows[0][0])["link_id"].text());
  return base64url(id +
                   hmac_sha256("link\n" + id, Installation::shared().secret("access_token_key")));
}

}  // namespace stagedoor::testing
