#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "line/admission_rules.h"
#include "line/token_rules.h"
#include "proof/draw_order.h"

namespace stagedoor {

// Which places of one block left the line while waiting, as a set of bits.
class DepartedPlaces {
 public:
  static constexpr std::int64_t kPlaces = 8'192;
  static constexpr std::size_t kBytes = kPlaces / 8;

  DepartedPlaces() : bits_(kBytes, '\0') {}
  // REQUIRES: bits.size() == kBytes.
  explicit DepartedPlaces(std::string bits) : bits_(std::move(bits)) {}

  static std::int64_t block_of(Place place) { return place.value / kPlaces; }

  void add(Place place);
  [[nodiscard]] bool contains(Place place) const;
  // Those of this block in (after, upto].
  [[nodiscard]] std::int64_t count(std::int64_t block, Place after, Place upto) const;
  [[nodiscard]] const std::string& bits() const { return bits_; }

 private:
  std::string bits_;
};

// A line at one instant: all that is needed to tell any of a million people where they stand,
// without asking the database. A draw gives an entry its place, which is computed. Places run 1, 2,
// 3, ... without gaps, so that a position is what lies between the front and a place, less those
// that left: whole blocks by their counts in here, the own block by its bits.
struct LineSnapshot {
  // A block with departures. Others are not listed.
  struct Block {
    std::int64_t block = 0;
    std::int64_t revision = 0;  // changes with the bits
    std::int64_t departed = 0;  // behind the front
  };

  // An end of the line: every entry up to this one, behind the end before, ended for this reason.
  struct End {
    Entry upto = {};
    EndReason reason = {};
  };

  std::int64_t version = 0;
  Time at = {};  // the database's time
  Place front_place = {};
  Place last_place = {};
  bool sold_out = false;
  std::optional<Time> opens_at = {};
  Time closes_at = {};
  std::int64_t active = 0;
  AdmissionLimits limits = {};
  std::int64_t admitted_last_minute = 0;
  // False when so many left at once that the blocks do not know of all who left before.
  bool all_departed_counted = true;
  bool awaits_draw = false;  // a lottery that is not drawn yet: its blocks are of entries
  std::optional<proof::DrawOrder> drawn = {};  // one that is
  std::vector<End> ends = {};                  // in order, neighbours of one reason as one
  std::vector<Block> blocks = {};

  [[nodiscard]] bool opened(Time now) const {
    return !awaits_draw && (!opens_at || now >= *opens_at);
  }
  [[nodiscard]] bool closed(Time now) const { return now >= closes_at; }
  [[nodiscard]] LineEnd end_of(Entry entry, Time now) const;

  // Before a draw: in the order of arrival, which means nothing but is that of the blocks.
  [[nodiscard]] Place place_of(Entry entry) const {
    return drawn ? drawn->place_of(entry) : Place{entry.value};
  }

  [[nodiscard]] std::int64_t waiting() const;

  // The entry of the block in which `place` lies, if anybody left there.
  [[nodiscard]] const Block* block_of(Place place) const;

  // 1 + the people waiting in front of `place`. REQUIRES: place > front_place; `own` are the
  // departures of its block, or nullptr when block_of(place) is.
  [[nodiscard]] std::int64_t position(Place place, const DepartedPlaces* own) const;

  // Seconds until `position` is let in, from how fast the line moved lately; nothing when it did
  // not move.
  [[nodiscard]] std::optional<std::int64_t> estimated_wait_s(std::int64_t position) const;

  // As text for memcached, and back; nothing for anything that encode() does not write:
  //
  //     snapshot = "4" version at front_place last_place sold_out opens_at closes_at active
  //                max_active admit_per_minute admitted_last_minute all_departed_counted
  //                order number_of_ends { upto reason } { block revision departed }
  //     order    = "0" | "1" | "2" entries 4seed
  //
  // with a blank between them: 4 is the version of this form, all are integers, times are
  // microseconds since 1970 (the least integer for none), flags 0 or 1. The order: 0 of arrival, 1
  // of a draw that is to come, 2 of one with this number of entries and this seed, of which each
  // integer is 8 bytes, the highest first.
  [[nodiscard]] std::string encode() const;
  static std::optional<LineSnapshot> decode(std::string_view text);
};

// When to ask again: soon near the front, seldom far back. `jitter` in [0, 1) spreads the crowd.
std::int64_t poll_after_ms(std::int64_t position, double jitter);

}  // namespace stagedoor
