#include "people/accounts.h"

#include <algorithm>

#include "db/columns.h"
#include "db/list_sql.h"
#include "people/account_links.h"
#include "people/account_rules.h"
#include "people/apply_once.h"
#include "people/attempt_rules.h"
#include "people/attempts.h"
#include "people/sessions.h"

namespace stagedoor::people {
namespace {

const db::Select<Account> kSelectAccount({{"name", &Account::name},
                                          {"email", &Account::email},
                                          {"email_verified_at IS NOT NULL",
                                           &Account::email_verified},
                                          {"language", &Account::language},
                                          {"created_at", &Account::created_at},
                                          {"balance", &Account::balance}},
                                         "FROM users WHERE user_id = ?");

constexpr const char* kInsertUser =
    "INSERT INTO users (user_id, name, email, email_key, password_hash, created_at) "
    "VALUES (?, ?, ?, ?, ?, SYSDATE(6))";

constexpr const char* kSelectUser = "SELECT user_id FROM users WHERE user_id = ?";
constexpr const char* kInsertBareUser =
    "INSERT IGNORE INTO users (user_id, created_at) VALUES (?, SYSDATE(6))";

const db::RowsSql kInsertBareUsers("INSERT IGNORE INTO users (user_id, created_at) VALUES",
                                   "(?, SYSDATE(6))");

const db::ListSql kSelectVerified(
    "SELECT user_id FROM users WHERE email_verified_at IS NOT NULL AND user_id IN (#)");

constexpr const char* kChangeUser =
    "UPDATE users SET name = COALESCE(?, name), language = COALESCE(?, language)"
    " WHERE user_id = ?";
// The user's own address is taken by no other once it is verified.
constexpr const char* kSelectOwner =
    "SELECT user_id, email_verified_at IS NOT NULL FROM users WHERE email_key = ?";
constexpr const char* kSetEmail =
    "UPDATE users SET email = ?, email_key = ?, email_verified_at = SYSDATE(6) WHERE user_id = ?";

constexpr const char* kErase =
    "UPDATE users SET name = NULL, email = NULL, email_key = NULL, email_verified_at = NULL,"
    " password_hash = NULL, erased_at = SYSDATE(6) WHERE user_id = ?";
// The answers that they hold name the user.
constexpr const char* kForgetKeys = "DELETE FROM idempotency_keys WHERE user_id = ?";

// Writes the letter to a new address of the user's.
Outcome<Done> offer_email(db::Transaction& transaction, UserId user_id, const std::string& email) {
  UserId owner;
  bool is_verified = false;
  const bool has_owner =
      transaction.query(kSelectOwner, email_key(email)).read_first(owner, is_verified);
  if (has_owner && owner != user_id) return Refused{Refusal::kEmailTaken};
  if (has_owner && is_verified) return Done{};
  if (!may_send_letter(transaction, email_key(email))) return too_many_attempts(kAttemptsKept);
  forget_links(transaction, LinkKind::kEmailVerification, user_id);
  send_link(transaction, LinkKind::kEmailVerification, user_id, email);
  return Done{};
}

}  // namespace

std::optional<Account> find_account(db::Connection& database, UserId user_id) {
  return kSelectAccount.first(database, user_id);
}

Outcome<UserId> create_user(db::Connection& database, const NewUser& user) {
  const UserId id = UserId::make();
  return db::transact(database, [&](db::Transaction& transaction) -> Outcome<UserId> {
    if (!transaction.insert(kInsertUser, id, user.name, user.email, email_key(user.email),
                            user.password_hash)) {
      return Refused{Refusal::kEmailTaken};
    }
    send_link(transaction, LinkKind::kEmailVerification, id, user.email);
    transaction.commit();
    return id;
  });
}

void ensure_user(db::Connection& database, UserId user_id) {
  if (database.query(kSelectUser, user_id).next()) return;
  database.execute(kInsertBareUser, user_id);
}

void add_unknown_users(db::Connection& database, std::vector<UserId> user_ids) {
  // In one order, so that two processes with some of them in common do not wait for each other.
  std::sort(user_ids.begin(), user_ids.end());
  for (auto begin = user_ids.begin(); begin != user_ids.end();) {
    const auto count = std::min<std::ptrdiff_t>(db::kRowsMax, user_ids.end() - begin);
    kInsertBareUsers.insert(database, static_cast<std::size_t>(count), {begin, begin + count});
    begin += count;
  }
}

std::set<UserId> find_verified(db::Connection& database, const std::vector<UserId>& user_ids) {
  std::set<UserId> verified;
  if (user_ids.empty()) return verified;
  for (db::Rows rows = kSelectVerified.query(database, {}, user_ids); rows.next();) {
    UserId user_id;
    rows.read(user_id);
    verified.insert(user_id);
  }
  return verified;
}

Outcome<Done> change_account(db::Connection& database, UserId user_id,
                             const AccountChanges& changes) {
  return db::transact(database, [&](db::Transaction& transaction) -> Outcome<Done> {
    lock_user(transaction, user_id);
    transaction.execute(kChangeUser, changes.name, changes.language, user_id);
    if (changes.email) {
      const auto offered = offer_email(transaction, user_id, *changes.email);
      if (!offered) return offered;
    }
    transaction.commit();
    return Done{};
  });
}

Outcome<Done> verify_email(db::Connection& database, LinkId link_id) {
  return db::transact(database, [&](db::Transaction& transaction) -> Outcome<Done> {
    const auto link = find_link(transaction, LinkKind::kEmailVerification, link_id);
    if (!link) return Refused{Refusal::kLinkExpired};
    lock_user(transaction, link->user_id);
    if (!use_link(transaction, link_id)) return Refused{Refusal::kLinkExpired};
    if (!transaction.insert(kSetEmail, link->email, email_key(link->email), link->user_id)) {
      return Refused{Refusal::kEmailTaken};
    }
    // Those that were sent to the address of before.
    forget_links(transaction, LinkKind::kPasswordReset, link->user_id);
    transaction.commit();
    return Done{};
  });
}

void erase_user(db::Transaction& transaction, UserId user_id) {
  end_sessions(transaction, user_id);
  transaction.execute(kErase, user_id);
  transaction.execute(kForgetKeys, user_id);
  forget_links(transaction, LinkKind::kPasswordReset, user_id);
  forget_links(transaction, LinkKind::kEmailVerification, user_id);
  forget_letters(transaction, user_id);
}

}  // namespace stagedoor::people
