#include "endpoint/account_json.h"

#include "base/encoding.h"
#include "people/account_rules.h"
#include "people/passwords.h"

namespace stagedoor {

UserInPath read_user_in_path(Call& call, Services& services) {
  const UserId caller = call.user();
  const auto id = call.path<UserId>();
  const bool is_own = id == caller;
  if (!is_own && !call.is_admin()) call.refuse_path(Refusal::kForbidden);
  if (call.refused()) return {};
  if (is_own) people::ensure_user(services.database, id);
  const auto account = people::find_account(services.database, id);
  if (!account) call.refuse_path(Refusal::kNotFound);
  return {id, account.value_or(people::Account{}), is_own ? call.role() : token::Role::kUser};
}

UserInPath find_caller(const Call& call, UserId caller, Services& services) {
  return {caller, *people::find_account(services.database, caller), call.role()};
}

std::string user_json(const UserInPath& user) {
  JsonWriter json;
  json.begin_object()
      .field("user_id", user.id)
      .field("name", user.account.name)
      .field("email", user.account.email)
      .field("email_verified", user.account.email_verified)
      .field("role", token::role_name(user.role))
      .field("language", user.account.language)
      .field("created_at", user.account.created_at);
  return json.end_object().take();
}

void write_ledger_entry(JsonWriter& json, const money::LedgerEntry& entry) {
  json.begin_object()
      .field("entry_id", entry.id)
      .field("kind", entry.kind)
      .field("amount", entry.amount)
      .field("balance_after", entry.balance_after)
      .field("reference", entry.reference)
      .field("at", entry.at)
      .end_object();
}

std::string read_name(const std::string& text, http::JsonObject& body) {
  std::string name = normalised(text);
  if (!is_readable(name) || count_characters(name) > kNameMax) {
    body.fail("name", "must be readable text");
  }
  return name;
}

std::string read_email(const std::string& text, http::JsonObject& body) {
  std::string email = normalised(text);
  if (!is_email(email) || count_characters(email) > kEmailMax) {
    body.fail("email", "must be an e-mail address");
  }
  return email;
}

std::string read_new_password(http::JsonObject& body, const std::string& email) {
  std::string password = body.text("password", {10, 128});
  const char* fault = people::password_fault(password, email);
  if (fault != nullptr) body.fail("password", fault);
  return password;
}

void expect_own_accounts(Call& call, const Services& services) {
  if (!services.access_tokens.can_sign()) call.refuse_path(Refusal::kNotFound);
}

void write_access_token(JsonWriter& json, Services& services, UserId user_id) {
  // By the clock that says when a user's sessions have ended.
  const Time now = services.database.estimated_now();
  const Time expires_at =
      std::chrono::floor<std::chrono::seconds>(now) + services.config.access_token_ttl;
  const token::Identity identity{user_id, token::Role::kUser, now, expires_at};
  json.field("access_token", services.access_tokens.sign(identity)).field("expires_at", expires_at);
}

}  // namespace stagedoor
