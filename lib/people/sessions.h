#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "db/transaction.h"

// Access tokens are good until they expire, but for those that are written down here as ended.
namespace stagedoor::people {

// An access token, as far as its end goes.
struct Session {
  UserId user_id;
  SessionKey key;
  Time issued_at;
  Time expires_at;
};

// Ends this one.
void end_session(db::Connection& database, const Session& session);

// Ends all that were issued to the user before now, but for the one to keep. REQUIRES: the user is
// locked.
void end_sessions(db::Transaction& transaction, UserId user_id,
                  const std::optional<SessionKey>& kept = {});

// The same by itself, for a user of whom there is a row.
void end_all_sessions(db::Connection& database, UserId user_id);

// All sessions of a user but one that were issued before an instant.
struct SessionsEnd {
  UserId user_id;
  Time ended_at;
  std::optional<SessionKey> kept;

  [[nodiscard]] bool ends(const Session& session) const {
    return session.issued_at < ended_at && session.key != kept;
  }
};

// What was written down since then.
std::vector<SessionsEnd> list_sessions_ends(db::Connection& database, Time since);
std::vector<SessionKey> list_ended_sessions(db::Connection& database, Time since);
// Whenever that was.
std::optional<SessionsEnd> find_sessions_end(db::Connection& database, UserId user_id);

// Forgets single tokens that have expired, one bounded batch; returns how many.
std::int64_t prune_ended_sessions(db::Connection& database);

}  // namespace stagedoor::people
