#include "line/queue_tokens.h"

#include <algorithm>
#include <random>
#include <string>

#include "db/list_sql.h"
#include "line/line_ends.h"
#include "line/token_record_rules.h"
#include "metrics/metrics.h"
#include "people/accounts.h"

namespace stagedoor::line {
namespace {

// A change is announced; this only bounds how long the row of a change that was not (its process
// died between the commit and the announcement) is shown as it was.
constexpr Micros kRecordAgeMax = std::chrono::seconds{5};
constexpr std::int64_t kPollActiveMs = 5'000;
constexpr std::int64_t kFarPosition = 1'000'000;

Outcome<TokenRecord> load_record(LineStores& stores, TokenId id) {
  const auto token = find_token(stores.database, id);
  if (!token) return Refused{Refusal::kNotFound};
  return token->record;
}

// The record from the cache where it may be a little old. A waiting one is never taken from there:
// admissions are not announced token by token.
Outcome<TokenRecord> cached_record(LineStores& stores, TokenId id) {
  const std::string key = token_key(id);
  const std::string text =
      stores.cache.fetch(key, key, kRecordAgeMax, stores.database.estimated_now(), [&] {
        const auto token = find_token(stores.database, id);
        return token ? encode_record(token->record) : "";
      });
  const auto record = decode_record(text);
  if (record && record->stored != TokenRecord::Stored::kWaiting) return *record;
  return load_record(stores, id);
}

double random_share() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>{0, 1}(random);
}

// How soon to ask again from this position, in a line that has not opened: it stands still until
// then, and those in front come back first.
std::int64_t poll_for_opening_ms(const LineSnapshot& line, std::int64_t position, Time now) {
  const auto until_opening_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(*line.opens_at - now).count();
  return std::min(
      poll_after_ms(kFarPosition, random_share()),
      std::max<std::int64_t>(0, until_opening_ms) + poll_after_ms(position, random_share()));
}

// Before the draw a client comes back as if from anywhere in the line.
void fill_undrawn(QueueState& state, const LineSnapshot& line, Time now) {
  state.waiting = std::max<std::int64_t>(state.waiting, 1);
  const auto anywhere =
      static_cast<std::int64_t>(static_cast<double>(state.waiting) * random_share());
  state.poll_after_ms = poll_for_opening_ms(line, 1 + anywhere, now);
}

void fill_waiting(QueueState& state, const LineSnapshot& line, const DepartedPlaces* departed,
                  Time now) {
  if (line.awaits_draw) return fill_undrawn(state, line, now);
  state.position = line.position(line.place_of(state.claims.entry), departed);
  // Those who joined since the snapshot, this one perhaps, wait too.
  state.waiting = std::max(state.waiting, *state.position);
  state.estimated_wait_s = line.estimated_wait_s(*state.position);
  state.poll_after_ms = line.opened(now) ? poll_after_ms(*state.position, random_share())
                                         : poll_for_opening_ms(line, *state.position, now);
}

QueueState make_state(const QueueTokenClaims& claims, const LineSnapshot& line,
                      const TokenRecord& record, const DepartedPlaces* departed, Time now) {
  const TokenState token =
      token_state(record, line.end_of(claims.entry, now), line.opened(now), now);
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
// the concert it would lock the concert's row, and wait for its changer.)
const db::ListSql kClaim(
    "UPDATE queue_tokens SET claimed_at = SYSDATE(6),"
    " active_until = admitted_at + INTERVAL ? SECOND, ends_at = admitted_at + INTERVAL ? SECOND"
    " WHERE token_id IN (#) AND status = 'ACTIVE' AND claimed_at IS NULL"
    " AND ends_at > SYSDATE(6)");

bool needs_claim(const TokenRecord& record, const QueueState& state) {
  return state.status == TokenStatus::kActive && !record.claimed_at;
}

// Writes down that the owners showed up.
void claim(LineStores& stores, ConcertId concert_id, const std::vector<TokenId>& tokens) {
  std::int64_t active_s = 0;
  stores.database.query(kSelectActiveSeconds, concert_id).read_first(active_s);
  kClaim.execute(stores.database, {active_s, active_s}, tokens);
}

Outcome<QueueState> state_from_record(LineStores& stores, const QueueTokenClaims& claims,
                                      const LineSnapshot& line, const TokenRecord& record,
                                      const DepartedPlaces* departed) {
  const Time now = stores.database.estimated_now();
  QueueState state = make_state(claims, line, record, departed, now);
  if (!needs_claim(record, state)) return state;
  claim(stores, claims.concert_id, {claims.token_id});
  announce_token_change(stores, claims.concert_id, claims.token_id, false);
  const auto claimed = load_record(stores, claims.token_id);
  if (!claimed) return claimed.error();
  return make_state(claims, line, *claimed, departed, now);
}

}  // namespace

std::vector<QueueState> states_of(LineStores& stores, const LineSnapshot& line,
                                  const std::vector<TokenInLine>& tokens) {
  const Time now = stores.database.estimated_now();
  const auto state_of = [&](const TokenInLine& token) {
    const QueueTokenClaims& claims = token.claims;
    const Place place = line.place_of(claims.entry);
    const auto* departed = stores.lines.departures(claims.concert_id, line, place);
    return make_state(claims, line, token.record, departed, now);
  };
  std::vector<QueueState> states;
  std::vector<TokenId> unclaimed;
  for (const TokenInLine& token : tokens) {
    states.push_back(state_of(token));
    if (needs_claim(token.record, states.back())) unclaimed.push_back(token.claims.token_id);
  }
  if (unclaimed.empty()) return states;
  claim(stores, tokens.front().claims.concert_id, unclaimed);
  const auto claimed = find_tokens(stores.database, unclaimed);
  for (QueueState& state : states) {
    const auto found = claimed.find(state.claims.token_id);
    if (found != claimed.end()) state = state_of(found->second);
  }
  return states;
}

Outcome<QueueState> find_queue_state(LineStores& stores, const QueueTokenClaims& claims) {
  const auto sight = stores.lines.look(claims);
  if (!sight) return sight.error();
  const LineSnapshot& line = *sight->line;
  const Place place = line.place_of(claims.entry);
  // A place that the line has not given out, as far as is known, may have been lost with its row.
  if (!sight->cached || place > line.last_place) {
    const auto record = load_record(stores, claims.token_id);
    if (!record) return record.error();
    const auto* departed = stores.lines.departures(claims.concert_id, line, place);
    return state_from_record(stores, claims, line, *record, departed);
  }
  const auto* departed = stores.lines.departures(claims.concert_id, line, place);
  const bool waits =
      place > line.front_place && !sight->departed && !(departed && departed->contains(place));
  if (waits) return state_from_record(stores, claims, line, TokenRecord{}, departed);
  const auto record = cached_record(stores, claims.token_id);
  if (!record) return record.error();
  return state_from_record(stores, claims, line, *record, departed);
}

Refused refuse_inactive(const TokenState& state) {
  if (state.status != TokenStatus::kExpired) return Refused{Refusal::kNotAdmitted};
  return {Refusal::kQueueTokenExpired, {{"expired_reason", std::string(text_of(*state.reason))}}};
}

Refused refuse_inactive(const QueueState& state) {
  if (state.status == TokenStatus::kExpired) {
    return refuse_inactive(TokenState{state.status, state.reason});
  }
  // Let in since it was refused: the client need not wait.
  RefusalMember position{"position", nullptr};
  if (state.position) position.value = *state.position;
  return {Refusal::kNotAdmitted, {position, {"poll_after_ms", state.poll_after_ms.value_or(0)}}};
}

Refused explain_refusal(LineStores& stores, const Outcome<QueueTokenClaims>& token,
                        const Refused& refused) {
  if (refused.refusal != Refusal::kNotAdmitted) return refused;
  const auto state = find_queue_state(stores, *token);
  return state ? refuse_inactive(*state) : state.error();
}

void announce_token_change(LineStores& stores, ConcertId concert_id, TokenId token_id,
                           bool advance) {
  const bool announced = stores.cache.invalidate(token_key(token_id));
  // Without the mark, pollers learn it from the line itself.
  if (advance || !announced) try_advance_line(stores.database, stores.memcached, concert_id);
}

}  // namespace stagedoor::line
