#include "people/accounts.h"

#include <algorithm>

#include "db/list_sql.h"
#include "db/transaction.h"
#include "people/account_rules.h"

namespace stagedoor::people {
namespace {

constexpr const char* kInsertUser =
    "INSERT INTO users (user_id, name, email, email_key, password_hash, created_at) "
    "VALUES (?, ?, ?, ?, ?, SYSDATE(6))";

constexpr const char* kSelectUser = "SELECT user_id FROM users WHERE user_id = ?";
constexpr const char* kInsertBareUser =
    "INSERT IGNORE INTO users (user_id, created_at) VALUES (?, SYSDATE(6))";

const db::RowsSql kInsertBareUsers("INSERT IGNORE INTO users (user_id, created_at) VALUES",
                                   "(?, SYSDATE(6))");

constexpr const char* kSelectCredentials =
    "SELECT user_id, password_hash FROM users WHERE email_key = ? AND password_hash IS NOT NULL";

}  // namespace

Outcome<UserId> create_user(db::Connection& database, const NewUser& user) {
  const UserId id = UserId::make();
  return db::transact(database, [&](db::Transaction& transaction) -> Outcome<UserId> {
    if (!transaction.insert(kInsertUser, id, user.name, user.email, email_key(user.email),
                            user.password_hash)) {
      return Refused{Refusal::kEmailTaken};
    }
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

std::optional<Credentials> find_credentials(db::Connection& database, const std::string& email) {
  Credentials found;
  if (!database.query(kSelectCredentials, email_key(email))
           .read_first(found.user_id, found.password_hash)) {
    return std::nullopt;
  }
  return found;
}

}  // namespace stagedoor::people
