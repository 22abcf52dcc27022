#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "line/admission_rules.h"
#include "line/snapshot_rules.h"
#include "line/token_rules.h"

namespace stagedoor {

// What the operations of lib/line do with its rules, with
// plain containers for the tables and for memcached. One thing happens at a time; what may go wrong
// between two of them is a parameter.
class LineModel {
 public:
  struct Token {
    int user = 0;
    TokenRecord record;
  };

  struct Settings {
    AdmissionLimits limits;
    Micros claim{};
    Micros active{};
    std::optional<Time> opens_at;
    Time closes_at;
  };

  // How an advance fails, if it does.
  enum class Failure { kNone, kRollsBack, kDiesBeforePublishing };

  struct Advanced {
    LineSnapshot before;
    std::int64_t active_before = 0;
    std::int64_t waiting_before = 0;
    std::vector<Place> admitted;
  };

  struct Answer {
    TokenState state;
    std::optional<std::int64_t> position;
    std::int64_t version = 0;
  };

  explicit LineModel(const Settings& settings) : settings_(settings) { advance({}, {}); }

  // Nothing when it failed, or when there was nothing to do.
  std::optional<Advanced> advance(Time now, Failure failure);

  // The operations; `failure` is that of the advance which they may have to make.
  // One batch: each user's place in the order of the users, nothing where it was refused.
  std::vector<std::optional<Place>> join(const std::vector<int>& users, Time now, Failure failure);
  std::optional<Answer> poll(Place place, Time now, Failure failure);
  void end(Place place, EndReason reason, Time now, Failure failure);
  void hold(Place place, Time until, Time now);
  template <typename Change>
  void change(Change change, Time now, Failure failure) {
    settle(now);
    change(settings_);
    advance_and_note(now, failure);
  }
  void set_sold_out(bool sold_out, Time now, Failure failure);
  // A poller that took the lease and died.
  void lose_lease(Time now);
  void flush_memcached();

  // The answer of a poller that still holds this snapshot.
  [[nodiscard]] Answer answer_from(const LineSnapshot& line, Place place, Time now);

  [[nodiscard]] const Token& token(Place place) const {
    return tokens_.at(static_cast<std::size_t>(place.value - 1));
  }
  [[nodiscard]] TokenState state_now(Place place, Time now) const;
  [[nodiscard]] Place last_place() const {
    return Place{static_cast<std::int64_t>(tokens_.size())};
  }
  [[nodiscard]] const std::set<Place>& waiting() const { return waiting_; }
  [[nodiscard]] const std::set<Place>& active() const { return active_; }
  [[nodiscard]] const std::set<Place>& uncounted() const { return uncounted_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] const LineSnapshot& stored() const { return stored_; }
  [[nodiscard]] const std::optional<LineSnapshot>& published() const { return published_; }
  [[nodiscard]] bool marked(Place place) const { return marks_.contains(place); }
  // The advances that were made since this was asked last.
  std::vector<Advanced> take_advances() { return std::exchange(advances_, {}); }

 private:
  struct Sight {
    LineSnapshot line;
    bool cached = false;
  };
  struct Block {
    std::int64_t revision = 0;
    DepartedPlaces departed;
  };
  using BlockKey = std::pair<std::int64_t, std::int64_t>;  // block, revision

  Token& row(Place place) { return tokens_.at(static_cast<std::size_t>(place.value - 1)); }
  [[nodiscard]] LineEnd line_end(Place place, Time now) const;
  void advance_and_note(Time now, Failure failure);
  void settle(Time now);
  void mark_end(Time now);
  void end_row(Place place, EndReason reason);
  void end_lapsed(Time now);
  void count_departures();
  std::vector<Place> admit(Time now);
  LineSnapshot make_snapshot(Time now) const;
  void publish(const LineSnapshot& line);
  std::optional<Sight> look(Time now, Failure failure);
  std::optional<DepartedPlaces> departures(const LineSnapshot& line, Place place);
  Answer answer(const LineSnapshot& line, const TokenRecord& record, Place place,
                const std::optional<DepartedPlaces>& departed, Time now) const;
  void claim(Place place, Time now);
  std::optional<Place> place_of(int user, const LineSnapshot& line, Time now);
  [[nodiscard]] bool has_room(const LineSnapshot& line, Time now) const;

  Settings settings_;
  std::vector<Token> tokens_;
  std::map<int, Place> live_;
  std::set<Place> waiting_;
  std::set<Place> active_;
  std::set<Place> uncounted_;
  std::map<std::int64_t, Block> blocks_;
  std::int64_t version_ = 0;
  Place front_place_;
  std::vector<LineSnapshot::End> ends_;
  bool sold_out_ = false;
  Pace pace_;
  LineSnapshot stored_;
  std::vector<Advanced> advances_;

  std::optional<LineSnapshot> published_;
  std::map<BlockKey, DepartedPlaces> cached_blocks_;
  std::set<Place> marks_;
  std::optional<Time> leased_until_;
};

}  // namespace stagedoor
