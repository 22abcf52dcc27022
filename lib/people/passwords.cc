#include "people/passwords.h"

#include "db/columns.h"
#include "db/transaction.h"
#include "password/password.h"
#include "people/account_links.h"
#include "people/account_rules.h"
#include "people/apply_once.h"
#include "people/attempts.h"
#include "people/sessions.h"

namespace stagedoor::people {
namespace {

// What a password is checked against.
struct Credentials {
  UserId user_id;
  std::string email;
  std::string email_key;
  std::string password_hash;
};
const db::Columns<Credentials> kCredentialColumns = {
    {"user_id", &Credentials::user_id},
    {"email", &Credentials::email},
    {"email_key", &Credentials::email_key},
    {"password_hash", &Credentials::password_hash}};
const db::Select<Credentials> kSelectByEmail(
    kCredentialColumns, "FROM users WHERE email_key = ? AND password_hash IS NOT NULL");
const db::Select<Credentials> kSelectById(
    kCredentialColumns, "FROM users WHERE user_id = ? AND password_hash IS NOT NULL");

constexpr const char* kSetPassword = "UPDATE users SET password_hash = ? WHERE user_id = ?";
constexpr const char* kSetVerified =
    "UPDATE users SET email_verified_at = COALESCE(email_verified_at, SYSDATE(6))"
    " WHERE user_id = ? AND email = ?";

Outcome<UserId> check(db::Connection& database, const std::string& email_key,
                      const std::optional<Credentials>& found, const std::string& password) {
  const auto attempt = begin_attempt(database, email_key);
  if (!attempt) return attempt.error();
  const bool matches =
      password::verify(password, found ? found->password_hash : password::unknown_user_hash());
  if (!found || !matches) return Refused{Refusal::kBadCredentials};
  forget_attempt(database, *attempt);
  return found->user_id;
}

Outcome<Done> check_new(const std::string& password, const std::string& email) {
  const char* fault = password_fault(password, email);
  if (fault != nullptr) return Refused::fields({{"password", fault}});
  return Done{};
}

}  // namespace

const char* password_fault(const std::string& password, const std::string& email) {
  if (password::is_common(password)) return "is one of the most common passwords";
  if (email_key(password) == email_key(email)) return "must not be the e-mail address";
  return nullptr;
}

Outcome<UserId> sign_in(db::Connection& database, const std::string& email,
                        const std::string& password) {
  const std::string key = email_key(email);
  return check(database, key, kSelectByEmail.first(database, key), password);
}

Outcome<Done> confirm_password(db::Connection& database, UserId user_id,
                               const std::string& password) {
  const auto found = kSelectById.first(database, user_id);
  if (!found) return Refused{Refusal::kBadCredentials};
  return check(database, found->email_key, found, password).transform([](UserId) {
    return Done{};
  });
}

Outcome<Done> change_password(db::Connection& database, const PasswordChange& change) {
  const auto found = kSelectById.first(database, change.user_id);
  if (!found) return Refused{Refusal::kBadCredentials};
  if (const auto good = check_new(change.password, found->email); !good) return good;
  const auto confirmed = check(database, found->email_key, found, change.current);
  if (!confirmed) return confirmed.error();
  const std::string hash = password::hash(change.password);
  return db::transact(database, [&](db::Transaction& transaction) -> Outcome<Done> {
    lock_user(transaction, change.user_id);
    // Another change may have been faster, which this one was not checked against.
    const auto now = kSelectById.first(transaction, change.user_id);
    if (!now || now->password_hash != found->password_hash) {
      return Refused{Refusal::kBadCredentials};
    }
    transaction.execute(kSetPassword, hash, change.user_id);
    forget_links(transaction, LinkKind::kPasswordReset, change.user_id);
    end_sessions(transaction, change.user_id, change.kept);
    transaction.commit();
    return Done{};
  });
}

void request_reset(db::Connection& database, const std::string& email) {
  const std::string key = email_key(email);
  db::transact(database, [&](db::Transaction& transaction) {
    const bool may_send = may_send_letter(transaction, key);
    const auto found = kSelectByEmail.first(transaction, key);
    if (may_send) {
      send_link(transaction, LinkKind::kPasswordReset, found ? found->user_id : UserId::make(),
                found ? found->email : email);
    }
    transaction.commit();
    return Done{};
  });
}

Outcome<Done> reset_password(db::Connection& database, LinkId link_id,
                             const std::string& password) {
  const std::string hash = password::hash(password);
  return db::transact(database, [&](db::Transaction& transaction) -> Outcome<Done> {
    const auto link = find_link(transaction, LinkKind::kPasswordReset, link_id);
    if (!link) return Refused{Refusal::kLinkExpired};
    if (const auto good = check_new(password, link->email); !good) return good;
    lock_user(transaction, link->user_id);
    if (!use_link(transaction, link_id)) return Refused{Refusal::kLinkExpired};
    transaction.execute(kSetPassword, hash, link->user_id);
    transaction.execute(kSetVerified, link->user_id, link->email);
    forget_links(transaction, LinkKind::kPasswordReset, link->user_id);
    forget_attempts(transaction, email_key(link->email));
    end_sessions(transaction, link->user_id);
    transaction.commit();
    return Done{};
  });
}

}  // namespace stagedoor::people
