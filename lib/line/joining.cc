#include "line/joining.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "base/failure.h"
#include "base/log.h"
#include "db/list_sql.h"
#include "line/line_ends.h"
#include "metrics/metrics.h"
#include "people/accounts.h"

namespace stagedoor::line {
namespace {

// How often a join that loses to another one of the same user looks again.
constexpr int kAttemptsMax = 4;

// Without an entry there is no row of the user, without a token no place in the line.
using UsersInLine = std::map<UserId, std::optional<TokenInLine>>;

struct UserInLine {
  UserId user_id;
  std::optional<TokenInLine> token;
};
const db::ListSelect<UserInLine> kSelectUsersInLine(
    {{"u.user_id", &UserInLine::user_id}, {&UserInLine::token, kTokenInLineColumns.of("t")}},
    "FROM users u LEFT JOIN queue_tokens t"
    " ON t.user_id = u.user_id AND t.concert_id = ? AND t.live = TRUE WHERE u.user_id IN (#)");

UsersInLine find_users_in_line(db::Connection& database, ConcertId concert_id,
                               const std::vector<UserId>& users) {
  UsersInLine found;
  for (const UserInLine& user : kSelectUsersInLine.all(database, {concert_id}, users)) {
    found.emplace(user.user_id, user.token);
  }
  return found;
}

// Ends a token in its row that had ended without that; false when it has not, because a hold has
// stretched it since.
bool end_stale_token(db::Connection& database, const QueueTokenClaims& claims) {
  return db::transact(database, [&](db::Transaction& transaction) {
    const auto token = lock_token(transaction, claims.token_id);
    if (!token) return true;
    const Time now = transaction.now();
    const LineEnd end = read_line_end(transaction, claims.concert_id, claims.entry, now);
    const TokenState state = token_state(token->record, end, true, now);
    if (state.status != TokenStatus::kExpired) return false;
    end_token_row(transaction, claims.token_id, *state.reason, now);
    transaction.commit();
    return true;
  });
}

// The row of the counter stays locked until the commit, so that places become visible in order and
// a batch that fails gives its places back. Every other join waits for that, so that the places go
// from statement to statement inside the server and are read when the lock is gone.
constexpr const char* kDrawPlaces =
    "UPDATE queue_counters SET last_place = LAST_INSERT_ID(last_place + ?) WHERE concert_id = ?";
const db::RowsSql kInsertTokens(
    "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at)"
    " VALUES",
    "(?, ?, ?, LAST_INSERT_ID() - ?, 'WAITING', TRUE, SYSDATE(6))");

std::vector<TokenInLine> read_in_order(db::Connection& database, const std::vector<TokenId>& ids) {
  const auto found = find_tokens(database, ids);
  std::vector<TokenInLine> tokens;
  for (const TokenId& id : ids) {
    const auto token = found.find(id);
    if (token == found.end()) throw Unavailable("a token that was committed is not there any more");
    tokens.push_back(token->second);
  }
  return tokens;
}

// Gives the users places one behind the other; nothing when one of them has joined meanwhile.
std::optional<std::vector<TokenInLine>> insert_tokens(db::Connection& database,
                                                      ConcertId concert_id,
                                                      const std::vector<UserId>& users) {
  const auto count = static_cast<std::int64_t>(users.size());
  std::vector<TokenId> ids(users.size());
  std::vector<db::Param> params;
  for (std::size_t i = 0; i < users.size(); ++i) {
    ids[i] = TokenId::make();
    const std::int64_t behind = count - 1 - static_cast<std::int64_t>(i);
    params.insert(params.end(), {ids[i], concert_id, users[i], behind});
  }
  const bool inserted = db::transact(database, [&](db::Transaction& transaction) {
    transaction.enter(db::LockRank::kPlaces);
    if (transaction.execute(kDrawPlaces, count, concert_id) != 1) {
      throw Unavailable("the counter of a line is not there any more");
    }
    if (!kInsertTokens.insert(transaction, users.size(), params)) return false;
    transaction.commit();
    return true;
  });
  if (!inserted) return std::nullopt;
  metrics::count(metrics::Counter::kJoins, count);
  return read_in_order(database, ids);
}

// What has lapsed leaves room, written down or not (by NOW, as SYSDATE bounds no index). Those who
// wait behind the last place that an advance has looked at may find room as well.
constexpr const char* kHasRoom =
    "SELECT (q.active - (SELECT COUNT(*) FROM queue_departures d"
    "   WHERE d.concert_id = q.concert_id AND d.was_active AND d.place > q.ended_place)"
    "   < c.max_active OR EXISTS (SELECT 1 FROM queue_tokens t"
    "   WHERE t.concert_id = q.concert_id AND t.status = 'ACTIVE' AND t.ends_at <= NOW(6)))"
    " AND NOT EXISTS (SELECT 1 FROM queue_tokens t FORCE INDEX (one_token_per_place)"
    "   WHERE t.concert_id = q.concert_id AND t.place > q.front_place AND t.place <= ?"
    "   AND t.status = 'WAITING')"
    " FROM queues q JOIN concerts c ON c.concert_id = q.concert_id WHERE q.concert_id = ?";

// Asked before an advance, which takes longer and one after the other: a crowd that comes to an
// empty line fills it within its first moment, and the rest of it need not try.
bool has_room(db::Connection& database, ConcertId concert_id, const LineSnapshot& line) {
  // Those who were drawn come first.
  if (line.drawn && line.front_place.value < line.drawn->entries()) return false;
  bool room_left = false;
  database.query(kHasRoom, line.last_place, concert_id).read_first(room_left);
  return room_left;
}

// Fresh tokens, admitted at once where no other waits and there is room.
std::vector<QueueState> welcome(LineStores& stores, LineSnapshot line,
                                std::vector<TokenInLine> tokens) {
  const QueueTokenClaims& last = tokens.back().claims;
  if (line.opened(stores.database.estimated_now()) &&
      has_room(stores.database, last.concert_id, line)) {
    const auto advanced = advance_line(stores.database, stores.memcached, last.concert_id,
                                       {.covers = Place{last.entry.value}});
    if (advanced) line = *advanced;
    std::vector<TokenId> ids;
    for (const TokenInLine& token : tokens) ids.push_back(token.claims.token_id);
    tokens = read_in_order(stores.database, ids);
  }
  return states_of(stores, line, tokens);
}

using Answers = std::map<UserId, Outcome<Joined>>;

// Finds those who stand in the line already. False when one of them must be looked at again.
bool find_places(LineStores& stores, const LineSnapshot& line, const UsersInLine& users,
                 Answers& answers) {
  std::vector<TokenInLine> present;
  for (const auto& [user_id, token] : users) {
    if (token) present.push_back(*token);
  }
  bool settled = true;
  for (const QueueState& state : states_of(stores, line, present)) {
    if (state.status != TokenStatus::kExpired) {
      answers.emplace(state.claims.user_id, Joined{false, state});
    } else {
      settled = end_stale_token(stores.database, state.claims) && settled;
    }
  }
  // Those who were admitted since have shown up by this.
  for (const TokenInLine& token : present) {
    if (token.record.stored == TokenRecord::Stored::kActive && !token.record.claimed_at) {
      announce_token_change(stores, token.claims.concert_id, token.claims.token_id, false);
    }
  }
  return settled;
}

// Nothing when another join of one of the users was faster.
std::optional<Answers> try_to_join(LineStores& stores, ConcertId concert_id,
                                   const std::vector<UserId>& users) {
  Answers answers;
  const auto refuse_others = [&](const Refused& refused) {
    for (const UserId& user_id : users) answers.emplace(user_id, refused);
    return answers;
  };
  const auto sight = stores.lines.look(concert_id);
  if (!sight) return refuse_others(sight.error());
  const LineSnapshot& line = *sight->line;
  const UsersInLine found = find_users_in_line(stores.database, concert_id, users);
  if (!find_places(stores, line, found, answers)) return std::nullopt;
  if (line.closed(stores.database.estimated_now())) {
    return refuse_others(Refused{Refusal::kSaleClosed});
  }
  if (line.sold_out) return refuse_others(Refused{Refusal::kSoldOut});

  std::vector<UserId> fresh;
  std::vector<UserId> unknown;
  for (const UserId& user_id : users) {
    if (!answers.contains(user_id)) fresh.push_back(user_id);
    if (!found.contains(user_id)) unknown.push_back(user_id);
  }
  if (fresh.empty()) return answers;
  people::add_unknown_users(stores.database, unknown);
  auto tokens = insert_tokens(stores.database, concert_id, fresh);
  if (!tokens) return std::nullopt;
  for (const QueueState& state : welcome(stores, line, std::move(*tokens))) {
    answers.emplace(state.claims.user_id, Joined{true, state});
  }
  return answers;
}

Answers join_line(LineStores& stores, ConcertId concert_id, const std::vector<UserId>& users);

// A conflict of one user splits the batch, in its order, until only that user looks again.
Answers join_or_throw(LineStores& stores, ConcertId concert_id, const std::vector<UserId>& users) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (auto answers = try_to_join(stores, concert_id, users)) return *answers;
    if (users.size() == 1) continue;
    const auto half = users.begin() + static_cast<std::ptrdiff_t>(users.size() / 2);
    Answers answers = join_line(stores, concert_id, {users.begin(), half});
    answers.merge(join_line(stores, concert_id, {half, users.end()}));
    return answers;
  }
  throw Unavailable("joins of one user kept overtaking each other");
}

// A failure is the answer to these joins alone: others of the batch may stand in line by now, or
// join another one.
Answers join_line(LineStores& stores, ConcertId concert_id, const std::vector<UserId>& users) {
  try {
    return join_or_throw(stores, concert_id, users);
  } catch (const Unavailable& e) {
    log::event(log::Level::kError,
               std::to_string(users.size()) + " joins of concert " +
                   std::to_string(concert_id.value) + " failed",
               e.what());
    Answers answers;
    for (const UserId& user_id : users) answers.emplace(user_id, Refused{Refusal::kUnavailable});
    return answers;
  }
}

}  // namespace

std::vector<Outcome<Joined>> join_queue(LineStores& stores, std::span<const JoinRequest> requests) {
  std::map<ConcertId, std::vector<UserId>> users_by_line;
  for (const JoinRequest& request : requests) {
    auto& users = users_by_line[request.concert_id];
    if (std::find(users.begin(), users.end(), request.user_id) == users.end()) {
      users.push_back(request.user_id);
    }
  }
  std::map<ConcertId, Answers> answers;
  for (const auto& [concert_id, users] : users_by_line) {
    Answers& of_line = answers[concert_id];
    for (auto begin = users.begin(); begin != users.end();) {
      const auto end = begin + std::min<std::ptrdiff_t>(db::kRowsMax, users.end() - begin);
      of_line.merge(join_line(stores, concert_id, {begin, end}));
      begin = end;
    }
  }
  std::vector<Outcome<Joined>> in_order;
  for (const JoinRequest& request : requests) {
    Outcome<Joined>& answer = answers.at(request.concert_id).at(request.user_id);
    in_order.push_back(answer);
    if (answer) answer->created = false;  // once for a user who is there several times
  }
  return in_order;
}

}  // namespace stagedoor::line
