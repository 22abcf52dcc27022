#include "people/sessions.h"

#include <cassert>

#include "db/columns.h"
#include "people/apply_once.h"

namespace stagedoor::people {
namespace {

constexpr const char* kInsertEnded =
    "INSERT IGNORE INTO ended_tokens (token_key, ended_at, expires_at) VALUES (?, SYSDATE(6), ?)";

constexpr const char* kEndSessions =
    "UPDATE users SET sessions_ended_at = SYSDATE(6), kept_session = ? WHERE user_id = ?";

const db::Columns<SessionsEnd> kEndColumns = {{"user_id", &SessionsEnd::user_id},
                                              {"sessions_ended_at", &SessionsEnd::ended_at},
                                              {"kept_session", &SessionsEnd::kept}};
// By the index whatever the statistics say: all users are a long read, once a second.
const db::Select<SessionsEnd> kListEnds(
    kEndColumns, "FROM users FORCE INDEX (by_sessions_ended) WHERE sessions_ended_at > ?");
const db::Select<SessionsEnd> kSelectEnd(
    kEndColumns, "FROM users WHERE user_id = ? AND sessions_ended_at IS NOT NULL");

constexpr const char* kListEnded =
    "SELECT token_key FROM ended_tokens FORCE INDEX (by_end) WHERE ended_at > ?";
constexpr const char* kPrune = "DELETE FROM ended_tokens WHERE expires_at < ? LIMIT 1000";

}  // namespace

void end_session(db::Connection& database, const Session& session) {
  database.execute(kInsertEnded, session.key, session.expires_at);
}

void end_sessions(db::Transaction& transaction, UserId user_id,
                  const std::optional<SessionKey>& kept) {
  assert(transaction.has_entered(db::LockRank::kUser));
  transaction.execute(kEndSessions, kept, user_id);
}

void end_all_sessions(db::Connection& database, UserId user_id) {
  db::transact(database, [&](db::Transaction& transaction) {
    lock_user(transaction, user_id);
    end_sessions(transaction, user_id);
    transaction.commit();
    return Done{};
  });
}

std::vector<SessionsEnd> list_sessions_ends(db::Connection& database, Time since) {
  return kListEnds.all(database, since);
}

std::vector<SessionKey> list_ended_sessions(db::Connection& database, Time since) {
  std::vector<SessionKey> keys;
  for (db::Rows rows = database.query(kListEnded, since); rows.next();) {
    rows.read(keys.emplace_back());
  }
  return keys;
}

std::optional<SessionsEnd> find_sessions_end(db::Connection& database, UserId user_id) {
  return kSelectEnd.first(database, user_id);
}

std::int64_t prune_ended_sessions(db::Connection& database) {
  return database.execute(kPrune, database.now());
}

}  // namespace stagedoor::people
