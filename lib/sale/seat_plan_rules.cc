#include "sale/seat_plan_rules.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

#include "base/json_writer.h"

namespace stagedoor {
namespace {

constexpr std::string_view kCounter = "{n}";
// What a seat takes in a listing beside its label and the members of its range.
constexpr std::size_t kOtherBytes = 64;

void append(std::string& text, std::int64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

// Puts the number in the place of each {n}.
void append_label(std::string& text, std::string_view label, std::int64_t number) {
  for (auto at = label.find(kCounter); at != std::string_view::npos; at = label.find(kCounter)) {
    text += label.substr(0, at);
    append(text, number);
    label.remove_prefix(at + kCounter.size());
  }
  text += label;
}

std::string_view label_of(const SeatRange& range) {
  return range.label ? std::string_view(*range.label) : kCounter;
}

std::int64_t label_number(const SeatRange& range, std::int64_t number) {
  return range.label ? number - range.from + 1 : number;
}

// What all seats of a range share, as JSON.
struct RangeJson {
  explicit RangeJson(const SeatRange& range) {
    JsonWriter label_writer;
    label = label_writer.value(label_of(range)).take();
    JsonWriter writer;
    writer.field("section", range.section).field("grade", range.grade).field("price", range.price);
    members = writer.take();
  }

  std::string label;
  std::string members;
};

// Finds the status of seats that are asked for in ascending order.
class Statuses {
 public:
  explicit Statuses(const std::vector<TakenSeats>& taken)
      : next_(taken.begin()), end_(taken.end()) {}

  SeatStatus of(std::int64_t number) {
    while (next_ != end_ && next_->last < number) ++next_;
    return next_ != end_ && next_->first <= number ? next_->status : SeatStatus::kAvailable;
  }

 private:
  std::vector<TakenSeats>::const_iterator next_;
  std::vector<TakenSeats>::const_iterator end_;
};

}  // namespace

void add_taken_seat(std::vector<TakenSeats>& taken, std::int64_t number, SeatStatus status) {
  assert(taken.empty() || taken.back().last < number);
  if (!taken.empty() && taken.back().last + 1 == number && taken.back().status == status) {
    taken.back().last = number;
    return;
  }
  taken.push_back({.status = status, .first = number, .last = number});
}

std::string seat_label(const SeatRange& range, std::int64_t number) {
  std::string label;
  append_label(label, label_of(range), label_number(range, number));
  return label;
}

std::string write_seats(std::vector<SeatRange> ranges, const std::vector<TakenSeats>& taken,
                        bool available_only) {
  std::sort(ranges.begin(), ranges.end(),
            [](const SeatRange& a, const SeatRange& b) { return a.from < b.from; });
  Statuses statuses(taken);
  std::string json = "[";
  for (const SeatRange& range : ranges) {
    const RangeJson shared(range);
    json.reserve(json.size() + static_cast<std::size_t>(range.count()) *
                                   (shared.label.size() + shared.members.size() + kOtherBytes));
    for (std::int64_t number = range.from; number <= range.to; ++number) {
      const SeatStatus status = statuses.of(number);
      if (available_only && status != SeatStatus::kAvailable) continue;
      json += json.size() > 1 ? R"(,{"number":)" : R"({"number":)";
      append(json, number);
      json += R"(,"label":)";
      append_label(json, shared.label, label_number(range, number));
      json += ',';
      json += shared.members;
      json += R"(,"status":")";
      json += text_of(status);
      json += R"("})";
    }
  }
  json += ']';
  return json;
}

}  // namespace stagedoor
