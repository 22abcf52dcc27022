#include "line/queue_tokens.h"

#include <algorithm>
#include <random>
#include <string>

#include "base/encoding.h"
#include "line/line_ends.h"
#include "line/token_rows.h"
#include "metrics/metrics.h"
#include "people/accounts.h"

namespace stagedoor::line {
namespace {

// A change is announced; this only bounds how long the row of a change that was not (its process
// died between the commit and the announcement) is shown as it was.
constexpr Micros kRecordAgeMax = std::chrono::seconds{5};
constexpr std::int64_t kPollActiveMs = 5'000;
constexpr std::int64_t kFarPosition = 1'000'000;
// How often a join that loses to another one of the same user looks again.
constexpr int kJoinAttemptsMax = 4;

// A record as one line of text, for the cache.
std::string encode_record(const TokenRecord& record) {
  std::string text = std::to_string(static_cast<int>(record.stored));
  for (const auto& time :
       {record.admitted_at, record.claimed_at, record.active_until, record.held_until}) {
    text += time ? " " + std::to_string(time->time_since_epoch().count()) : " -";
  }
  text += record.reason ? " " + std::to_string(static_cast<int>(*record.reason)) : " -";
  return text;
}

std::optional<TokenRecord> decode_record(std::string_view text) {
  std::vector<std::optional<long long>> fields;
  while (!text.empty()) {
    const auto end = text.find(' ');
    fields.push_back(parse_integer(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  if (fields.size() != 6 || !fields[0]) return std::nullopt;
  const auto time = [&](std::size_t i) {
    return fields[i] ? std::optional<Time>(Time{Micros{*fields[i]}}) : std::nullopt;
  };
  TokenRecord record{static_cast<TokenRecord::Stored>(*fields[0]), time(1), time(2), time(3),
                     time(4)};
  if (fields[5]) record.reason = static_cast<EndReason>(*fields[5]);
  return record;
}

Outcome<TokenRecord> load_record(WaitingRoom& room, TokenId id) {
  const auto token = find_token(room.database, id);
  if (!token) return Refused{Refusal::kNotFound};
  return token->record;
}

// The record from the cache where it may be a little old. A waiting one is never taken from there:
// admissions are not announced token by token.
Outcome<TokenRecord> cached_record(WaitingRoom& room, TokenId id) {
  const std::string key = token_key(id);
  const std::string text =
      room.cache.fetch(key, key, kRecordAgeMax, room.database.estimated_now(), [&] {
        const auto token = find_token(room.database, id);
        return token ? encode_record(token->record) : "";
      });
  const auto record = decode_record(text);
  if (record && record->stored != TokenRecord::Stored::kWaiting) return *record;
  return load_record(room, id);
}

double random_share() {
  static std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>{0, 1}(random);
}

void fill_waiting(QueueState& state, const LineSnapshot& line, const DepartedPlaces* departed,
                  Time now) {
  state.position = line.position(state.claims.place, departed);
  // Those who joined since the snapshot, this one perhaps, wait too.
  state.waiting = std::max(state.waiting, *state.position);
  state.estimated_wait_s = line.estimated_wait_s(*state.position);
  state.poll_after_ms = poll_after_ms(*state.position, random_share());
  if (line.opened(now)) return;
  // Before the opening nobody moves: come back for it, those in front first.
  const auto until_opening_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(*line.opens_at - now).count();
  state.poll_after_ms = std::min(poll_after_ms(kFarPosition, random_share()),
                                 until_opening_ms + *state.poll_after_ms);
}

QueueState make_state(const QueueTokenClaims& claims, const LineSnapshot& line,
                      const TokenRecord& record, const DepartedPlaces* departed, Time now) {
  const TokenState token =
      token_state(record, line.end_of(claims.place, now), line.opened(now), now);
  QueueState state{.claims = claims,
                   .status = token.status,
                   .waiting = line.waiting(),
                   .admitted_at = record.admitted_at,
                   .expires_at = token.expires_at,
                   .reason = token.reason};
  switch (token.status) {
    case TokenStatus::kPrequeued:
    case TokenStatus::kWaiting:
      fill_waiting(state, line, departed, now);
      break;
    case TokenStatus::kActive:
      state.position = 0;
      state.estimated_wait_s = 0;
      state.poll_after_ms = kPollActiveMs;
      break;
    case TokenStatus::kExpired:
      break;
  }
  return state;
}

constexpr const char* kSelectActiveSeconds =
    "SELECT active_seconds FROM concerts WHERE concert_id = ?";
// The condition on ends_at keeps a claim from reviving what has lapsed a moment ago. (Joined with
// the concert it would lock the concert's row, and wait for whoever changes it.)
constexpr const char* kClaim =
    "UPDATE queue_tokens SET claimed_at = SYSDATE(6),"
    " active_until = admitted_at + INTERVAL ? SECOND, ends_at = admitted_at + INTERVAL ? SECOND"
    " WHERE token_id = ? AND status = 'ACTIVE' AND claimed_at IS NULL"
    " AND ends_at > SYSDATE(6)";

bool needs_claim(const TokenRecord& record, const QueueState& state) {
  return state.status == TokenStatus::kActive && !record.claimed_at;
}

// Writes down that the owner showed up, and returns the row as it is then.
Outcome<TokenRecord> claim(WaitingRoom& room, const QueueTokenClaims& claims) {
  std::int64_t active_s = 0;
  room.database.query(kSelectActiveSeconds, claims.concert_id).read_first(active_s);
  if (room.database.execute(kClaim, active_s, active_s, claims.token_id) > 0) {
    announce_token_change(room, claims.concert_id, claims.token_id, false);
  }
  return load_record(room, claims.token_id);
}

Outcome<QueueState> state_from_record(WaitingRoom& room, const QueueTokenClaims& claims,
                                      const LineSnapshot& line, const TokenRecord& record,
                                      const DepartedPlaces* departed) {
  const Time now = room.database.estimated_now();
  QueueState state = make_state(claims, line, record, departed, now);
  if (!needs_claim(record, state)) return state;
  const auto claimed = claim(room, claims);
  if (!claimed) return claimed.error();
  return make_state(claims, line, *claimed, departed, now);
}

struct LiveToken {
  QueueTokenClaims claims;
  TokenRecord record;
};

struct UserInLine {
  bool user_known = false;
  std::optional<LiveToken> token;
};

constexpr const char* kSelectUserInLine =
    "SELECT EXISTS (SELECT 1 FROM users WHERE user_id = ?), t.token_id, t.place, t.issued_at,"
    " t.status, t.admitted_at, t.claimed_at, t.active_until, t.held_until, t.expired_reason"
    " FROM (SELECT 1) AS one LEFT JOIN queue_tokens t"
    " ON t.user_id = ? AND t.concert_id = ? AND t.live = TRUE";

UserInLine find_user_in_line(WaitingRoom& room, UserId user_id, ConcertId concert_id) {
  UserInLine found;
  std::optional<TokenId> token_id;
  std::optional<Place> place;
  std::optional<Time> issued_at;
  std::optional<std::string> status;
  std::optional<std::string> reason;
  TokenRecord record;
  room.database.query(kSelectUserInLine, user_id, user_id, concert_id)
      .read_first(found.user_known, token_id, place, issued_at, status, record.admitted_at,
                  record.claimed_at, record.active_until, record.held_until, reason);
  if (token_id) {
    found.token = {{*token_id, user_id, concert_id, *place, *issued_at},
                   make_record(*status, record, reason)};
  }
  return found;
}

// The row of the counter stays locked until the commit, so that places become visible in order and
// a join that fails gives its place back. Every other join waits for that, so that the place goes
// from statement to statement inside the server and is read when the lock is gone.
constexpr const char* kDrawPlace =
    "UPDATE queue_counters SET last_place = LAST_INSERT_ID(last_place + 1) WHERE concert_id = ?";
constexpr const char* kInsertToken =
    "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at)"
    " VALUES (?, ?, ?, LAST_INSERT_ID(), 'WAITING', TRUE, SYSDATE(6))";
constexpr const char* kReadPlace = "SELECT place, issued_at FROM queue_tokens WHERE token_id = ?";

// `stale` is the user's token that counts as ended although its row does not say so yet. Nothing
// when another join of this user was faster.
std::optional<QueueTokenClaims> insert_token(WaitingRoom& room, UserId user_id,
                                             ConcertId concert_id,
                                             const std::optional<TokenId>& stale,
                                             EndReason stale_reason) {
  QueueTokenClaims claims{TokenId::make(), user_id, concert_id, {}, {}};
  const bool inserted = db::transact(room.database, [&](db::Transaction& transaction) {
    transaction.execute(kDrawPlace, concert_id);
    if (stale) end_token_row(transaction, *stale, stale_reason);
    if (!transaction.insert(kInsertToken, claims.token_id, concert_id, user_id)) return false;
    transaction.commit();
    return true;
  });
  if (!inserted) return std::nullopt;
  room.database.query(kReadPlace, claims.token_id).read_first(claims.place, claims.issued_at);
  return claims;
}

// Who has lapsed leaves room, written down or not.
constexpr const char* kHasRoom =
    "SELECT (SELECT COUNT(*) FROM queue_tokens WHERE concert_id = ? AND status = 'ACTIVE'"
    " AND ends_at > SYSDATE(6)) < (SELECT max_active FROM concerts WHERE concert_id = ?)";

// Asked before an advance, which takes longer and one after the other: a crowd that comes to an
// empty line fills it within its first moment, and the rest of it need not try.
bool has_room(WaitingRoom& room, ConcertId concert_id) {
  bool room_left = false;
  room.database.query(kHasRoom, concert_id, concert_id).read_first(room_left);
  return room_left;
}

// A fresh token, admitted at once where nobody waits and there is room.
Outcome<Joined> welcome(WaitingRoom& room, const QueueTokenClaims& claims, LineSnapshot line) {
  const Time now = room.database.estimated_now();
  TokenRecord record;
  if (line.opened(now) && line.waiting() == 0 && has_room(room, claims.concert_id)) {
    const auto advanced =
        advance_line(room.database, room.memcached, claims.concert_id, {.covers = claims.place});
    if (!advanced) return advanced.error();
    line = *advanced;
    const auto loaded = load_record(room, claims.token_id);
    if (!loaded) return loaded.error();
    record = *loaded;
  }
  const auto* departed = room.lines.departures(claims.concert_id, line, claims.place);
  const auto state = state_from_record(room, claims, line, record, departed);
  if (!state) return state.error();
  return Joined{true, *state};
}

}  // namespace

Outcome<Joined> join_queue(WaitingRoom& room, UserId user_id, ConcertId concert_id) {
  for (int attempt = 0; attempt < kJoinAttemptsMax; ++attempt) {
    const auto sight = room.lines.look(concert_id);
    if (!sight) return sight.error();
    const LineSnapshot& line = *sight->line;
    const Time now = room.database.estimated_now();
    const UserInLine found = find_user_in_line(room, user_id, concert_id);
    std::optional<TokenId> stale;
    EndReason stale_reason{};
    if (found.token) {
      const QueueTokenClaims& claims = found.token->claims;
      const auto* departed = room.lines.departures(concert_id, line, claims.place);
      const auto state = state_from_record(room, claims, line, found.token->record, departed);
      if (!state) return state.error();
      if (state->status != TokenStatus::kExpired) return Joined{false, *state};
      stale = claims.token_id;
      stale_reason = *state->reason;
    }
    if (line.closed(now)) return Refused{Refusal::kSaleClosed};
    if (line.sold_out) return Refused{Refusal::kSoldOut};
    if (!found.user_known) people::ensure_user(room.database, user_id);
    const auto claims = insert_token(room, user_id, concert_id, stale, stale_reason);
    if (claims) {
      metrics::count(metrics::Counter::kJoins);
      return welcome(room, *claims, line);
    }
  }
  throw Unavailable("joins of one user kept overtaking each other");
}

Outcome<QueueState> find_queue_state(WaitingRoom& room, const QueueTokenClaims& claims) {
  const auto sight = room.lines.look(claims);
  if (!sight) return sight.error();
  const LineSnapshot& line = *sight->line;
  if (!sight->cached) {
    const auto record = load_record(room, claims.token_id);
    if (!record) return record.error();
    const auto* departed = room.lines.departures(claims.concert_id, line, claims.place);
    return state_from_record(room, claims, line, *record, departed);
  }
  const auto* departed = room.lines.departures(claims.concert_id, line, claims.place);
  const bool waits = claims.place > line.front_place && !sight->left &&
                     !(departed && departed->contains(claims.place));
  if (waits) return state_from_record(room, claims, line, TokenRecord{}, departed);
  const auto record = cached_record(room, claims.token_id);
  if (!record) return record.error();
  return state_from_record(room, claims, line, *record, departed);
}

Refused refuse_inactive(const TokenState& state) {
  if (state.status != TokenStatus::kExpired) return Refused{Refusal::kNotAdmitted};
  return {Refusal::kQueueTokenExpired,
          {{"expired_reason", std::string(end_reason_name(*state.reason))}}};
}

Refused refuse_inactive(const QueueState& state) {
  if (state.status == TokenStatus::kExpired) {
    return refuse_inactive(TokenState{state.status, state.reason});
  }
  // Let in since it was refused: the client need not wait.
  return {Refusal::kNotAdmitted,
          {{"position", state.position.value_or(0)},
           {"poll_after_ms", state.poll_after_ms.value_or(0)}}};
}

Refused explain_refusal(WaitingRoom& room, const Outcome<QueueTokenClaims>& token,
                        const Refused& refused) {
  if (refused.refusal != Refusal::kNotAdmitted) return refused;
  const auto state = find_queue_state(room, *token);
  return state ? refuse_inactive(*state) : state.error();
}

void announce_token_change(WaitingRoom& room, ConcertId concert_id, TokenId token_id,
                           bool advance) {
  const bool announced = room.cache.invalidate(token_key(token_id));
  // Without the mark, pollers learn it from the line itself.
  if (advance || !announced) try_advance_line(room.database, room.memcached, concert_id);
}

}  // namespace stagedoor::line
