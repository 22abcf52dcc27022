#include "model.h"

#include <algorithm>

namespace stagedoor {
namespace {

using namespace std::chrono_literals;

constexpr Micros kAdvanceEvery = 1s;
constexpr Micros kSnapshotAgeMax = 1'800ms;
constexpr Micros kLeaseExpiry = 2s;

// As the column ends_at has it.
Time ends_at(const TokenRecord& record) {
  return record.held_until ? *record.held_until : *record.active_until;
}

}  // namespace

std::optional<LineModel::Advanced> LineModel::advance(Time now, Failure failure) {
  if (failure == Failure::kRollsBack) return std::nullopt;
  ++version_;
  mark_end(now);
  end_lapsed(now);
  count_departures();
  Advanced advanced{stored_,
                    static_cast<std::int64_t>(active_.size()),
                    static_cast<std::int64_t>(waiting_.size()),
                    {}};
  const bool opened = !settings_.opens_at || now >= *settings_.opens_at;
  if (opened && now < settings_.closes_at && !sold_out_) advanced.admitted = admit(now);
  stored_ = make_snapshot(now);
  if (failure == Failure::kNone) publish(stored_);
  return advanced;
}

void LineModel::advance_and_note(Time now, Failure failure) {
  if (auto advanced = advance(now, failure)) advances_.push_back(std::move(*advanced));
}

void LineModel::mark_end(Time now) {
  const bool closed = now >= settings_.closes_at;
  const Entry last{last_place().value};
  if ((!closed && !sold_out_) || (!ends_.empty() && last <= ends_.back().upto)) return;
  const EndReason reason = closed ? EndReason::kSaleClosed : EndReason::kSoldOut;
  if (ends_.empty() || ends_.back().reason != reason) ends_.push_back({last, reason});
  ends_.back().upto = last;
  front_place_ = std::max(front_place_, last_place());
  // The rows say so later; here the sets stand for the conditions on ended_place in the SQL.
  waiting_.clear();
  active_.clear();
}

// What the SQL of the writers finds: the first end behind the place.
LineEnd LineModel::line_end(Place place, Time now) const {
  LineEnd end{.closed = now >= settings_.closes_at};
  for (auto past = ends_.rbegin(); past != ends_.rend() && place.value <= past->upto.value;
       ++past) {
    end.reason = past->reason;
  }
  return end;
}

void LineModel::settle(Time now) { mark_end(now); }

void LineModel::end_row(Place place, EndReason reason) {
  row(place).record.stored = TokenRecord::Stored::kExpired;
  row(place).record.reason = reason;
  waiting_.erase(place);
  active_.erase(place);
}

void LineModel::end_lapsed(Time now) {
  const std::set<Place> active = active_;
  for (const Place place : active) {
    const TokenRecord& record = row(place).record;
    if (ends_at(record) > now) continue;
    end_row(place, record.held_until   ? EndReason::kHoldLapsed
                   : record.claimed_at ? EndReason::kActiveLapsed
                                       : EndReason::kNotClaimed);
  }
}

void LineModel::count_departures() {
  for (const Place place : std::exchange(uncounted_, {})) {
    Block& block = blocks_[DepartedPlaces::block_of(place)];
    block.departed.add(place);
    block.revision = version_;
  }
}

std::vector<Place> LineModel::admit(Time now) {
  const auto active = static_cast<std::int64_t>(active_.size());
  const std::int64_t candidates = last_place().value - front_place_.value;
  const std::int64_t wanted =
      decide_admission(settings_.limits, pace_, candidates, active, now).count;
  std::vector<Place> admitted;
  for (auto next = waiting_.upper_bound(front_place_);
       next != waiting_.end() && static_cast<std::int64_t>(admitted.size()) < wanted; ++next) {
    admitted.push_back(*next);
  }
  const auto count = static_cast<std::int64_t>(admitted.size());
  pace_ = decide_admission(settings_.limits, pace_, count, active, now).pace;
  for (const Place place : admitted) {
    TokenRecord& record = row(place).record;
    record.stored = TokenRecord::Stored::kActive;
    record.admitted_at = now;
    record.active_until = now + settings_.claim;
    waiting_.erase(place);
    active_.insert(place);
    front_place_ = place;
  }
  return admitted;
}

LineSnapshot LineModel::make_snapshot(Time now) const {
  LineSnapshot line{.version = version_,
                    .at = now,
                    .front_place = front_place_,
                    .last_place = last_place(),
                    .sold_out = sold_out_,
                    .opens_at = settings_.opens_at,
                    .closes_at = settings_.closes_at,
                    .active = static_cast<std::int64_t>(active_.size()),
                    .limits = settings_.limits,
                    .ends = ends_};
  for (const auto& [number, block] : blocks_) {
    if (number < DepartedPlaces::block_of(front_place_)) continue;
    const Place end{(number + 1) * DepartedPlaces::kPlaces - 1};
    const std::int64_t departed = block.departed.count(number, front_place_, end);
    if (departed > 0) line.blocks.push_back({number, block.revision, departed});
  }
  return line;
}

void LineModel::publish(const LineSnapshot& line) {
  if (!published_ || published_->version < line.version) {
    published_ = LineSnapshot::decode(line.encode());
  }
}

std::optional<LineModel::Sight> LineModel::look(Time now, Failure failure) {
  const std::optional<LineSnapshot> cached = published_;
  const Micros age = cached ? now - cached->at : Micros::max();
  if (cached && age < kAdvanceEvery) return Sight{*cached, true};
  const bool leased = !leased_until_ || now >= *leased_until_;
  if (!leased && age < kSnapshotAgeMax) return Sight{*cached, true};
  const bool fills_empty_cache = !cached && leased;
  if (now - stored_.at < kAdvanceEvery && !fills_empty_cache) {
    if (cached) publish(stored_);
    return Sight{stored_, cached.has_value()};
  }
  advance_and_note(now, failure);
  if (failure == Failure::kRollsBack) return std::nullopt;
  return Sight{stored_, cached.has_value()};
}

std::optional<DepartedPlaces> LineModel::departures(const LineSnapshot& line, Place place) {
  const LineSnapshot::Block* block = line.block_of(place);
  if (block == nullptr) return std::nullopt;
  const BlockKey key{block->block, block->revision};
  if (const auto found = cached_blocks_.find(key); found != cached_blocks_.end()) {
    return found->second;
  }
  const Block& stored = blocks_.at(block->block);
  if (stored.revision == block->revision) cached_blocks_.emplace(key, stored.departed);
  if (cached_blocks_.size() > 64) cached_blocks_.erase(cached_blocks_.begin());
  return stored.departed;
}

LineModel::Answer LineModel::answer(const LineSnapshot& line, const TokenRecord& record,
                                    Place place, const std::optional<DepartedPlaces>& departed,
                                    Time now) const {
  Answer answer{token_state(record, line.end_of(Entry{place.value}, now), line.opened(now), now),
                {},
                line.version};
  if (answer.state.status == TokenStatus::kWaiting ||
      answer.state.status == TokenStatus::kPrequeued) {
    answer.position = line.position(place, departed ? &*departed : nullptr);
  }
  return answer;
}

LineModel::Answer LineModel::answer_from(const LineSnapshot& line, Place place, Time now) {
  const auto departed = departures(line, place);
  const bool waits =
      place > line.front_place && !marked(place) && !(departed && departed->contains(place));
  return answer(line, waits ? TokenRecord{} : token(place).record, place, departed, now);
}

std::optional<LineModel::Answer> LineModel::poll(Place place, Time now, Failure failure) {
  const auto sight = look(now, failure);
  if (!sight) return std::nullopt;
  const Answer found = sight->cached ? answer_from(sight->line, place, now)
                                     : answer(sight->line, token(place).record, place,
                                              departures(sight->line, place), now);
  if (found.state.status != TokenStatus::kActive || token(place).record.claimed_at) return found;
  claim(place, now);
  return answer(sight->line, token(place).record, place, {}, now);
}

void LineModel::claim(Place place, Time now) {
  TokenRecord& record = row(place).record;
  if (record.stored != TokenRecord::Stored::kActive || ends_at(record) <= now) return;
  record.claimed_at = now;
  record.active_until = *record.admitted_at + settings_.active;
  marks_.insert(place);
}

TokenState LineModel::state_now(Place place, Time now) const {
  const bool opened = !settings_.opens_at || now >= *settings_.opens_at;
  return token_state(token(place).record, line_end(place, now), opened, now);
}

std::optional<Place> LineModel::place_of(int user, const LineSnapshot& line, Time now) {
  const auto live = live_.find(user);
  if (live == live_.end()) return std::nullopt;
  const Place place = live->second;
  const TokenState shown =
      token_state(token(place).record, line.end_of(Entry{place.value}, now), line.opened(now), now);
  // Looked at again under the lock before it is ended.
  if (shown.status != TokenStatus::kExpired) return place;
  const TokenState state = state_now(place, now);
  if (state.status != TokenStatus::kExpired) return place;
  if (token(place).record.stored != TokenRecord::Stored::kExpired) end_row(place, *state.reason);
  return std::nullopt;
}

// Of those who wait only those count whom an advance has looked at already.
bool LineModel::has_room(const LineSnapshot& line, Time now) const {
  const auto first = waiting_.upper_bound(stored_.front_place);
  if (first != waiting_.end() && *first <= line.last_place) return false;
  const auto has_lapsed = [&](Place place) { return ends_at(token(place).record) <= now; };
  return static_cast<std::int64_t>(active_.size()) < settings_.limits.max_active ||
         std::any_of(active_.begin(), active_.end(), has_lapsed);
}

std::vector<std::optional<Place>> LineModel::join(const std::vector<int>& users, Time now,
                                                  Failure failure) {
  std::vector<std::optional<Place>> places(users.size());
  const auto sight = look(now, failure);
  if (!sight) return places;
  const LineSnapshot& line = sight->line;
  bool any_fresh = false;
  for (std::size_t i = 0; i < users.size(); ++i) {
    places[i] = place_of(users[i], line, now);
    if (places[i] || line.closed(now) || line.sold_out) continue;
    tokens_.push_back({users[i], {}});
    places[i] = live_[users[i]] = last_place();
    waiting_.insert(last_place());
    any_fresh = true;
  }
  if (any_fresh && line.opened(now) && has_room(line, now)) advance_and_note(now, failure);
  return places;
}

void LineModel::end(Place place, EndReason reason, Time now, Failure failure) {
  const TokenState state = token_state(token(place).record, line_end(place, now), true, now);
  if (state.status == TokenStatus::kExpired) return;
  end_row(place, reason);
  marks_.insert(place);
  if (state.status == TokenStatus::kWaiting) {
    uncounted_.insert(place);
  } else {
    advance_and_note(now, failure);
  }
}

void LineModel::hold(Place place, Time until, Time now) {
  if (state_now(place, now).status != TokenStatus::kActive) return;
  claim(place, now);
  row(place).record.held_until = until;
  marks_.insert(place);
}

void LineModel::set_sold_out(bool sold_out, Time now, Failure failure) {
  settle(now);
  sold_out_ = sold_out;
  advance_and_note(now, failure);
}

void LineModel::lose_lease(Time now) { leased_until_ = now + kLeaseExpiry; }

void LineModel::flush_memcached() {
  published_.reset();
  cached_blocks_.clear();
  marks_.clear();
  leased_until_.reset();
}

}  // namespace stagedoor
