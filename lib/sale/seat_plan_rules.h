#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagedoor {

// A seat that somebody holds or owns, by its number in the date.
struct TakenSeat {
  std::int64_t number = 0;
  std::string status;
};

// All that never changes of the seats of a date: everything but their status. Seats that were made
// together differ in one number that counts on, the one in their label, so that a hall of 100,000
// is a few runs of seats, which are read and kept in no time.
class SeatPlan {
 public:
  // `members` are the JSON members that a seat has between `number` and `status`, as in
  // "label":"A_7","price":100. REQUIRES: the numbers ascend.
  void add(std::int64_t number, std::string_view members);

  // The seats as a JSON array; `taken` ascend by number, all others are AVAILABLE. Only those
  // others when that is wanted.
  [[nodiscard]] std::string to_json(const std::vector<TakenSeat>& taken, bool available_only) const;

  // As text and back. REQUIRES: parse() is given what encode() wrote; nothing for anything else.
  [[nodiscard]] std::string encode() const;
  static std::optional<SeatPlan> parse(std::string_view text);

 private:
  // `count` seats from number `first` on. The members of each are `before`, and when there is a
  // counter, that and `after` behind it.
  struct Run {
    std::int64_t first = 0;
    std::int64_t count = 0;
    std::string before;
    std::optional<std::int64_t> counter;
    std::string after;

    [[nodiscard]] bool has_next(std::string_view members) const;
    bool begin_to_count(std::string_view second);
  };

  std::vector<Run> runs_;
};

}  // namespace stagedoor
