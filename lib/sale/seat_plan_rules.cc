#include "sale/seat_plan_rules.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/encoding.h"

namespace stagedoor {
namespace {

// What a seat takes in a listing beside its members.
constexpr std::size_t kOtherBytes = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append(std::string& text, std::int64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

// Cuts `text` behind the next `end`, and gives what was before that.
std::string_view cut(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return head;
}

}  // namespace

bool SeatPlan::Run::has_next(std::string_view members) const {
  if (!counter) return members == before;
  if (!members.starts_with(before) || !members.ends_with(after)) return false;
  if (members.size() < before.size() + after.size()) return false;
  members.remove_prefix(before.size());
  members.remove_suffix(after.size());
  return parse_integer(members) == *counter + count;
}

// True when the second seat of a run differs from the first in one number, which is one higher.
bool SeatPlan::Run::begin_to_count(std::string_view second) {
  const std::string of_one = before;
  const std::string_view one = of_one;
  const std::size_t shorter = std::min(one.size(), second.size());
  std::size_t head = 0;
  while (head < shorter && one[head] == second[head]) ++head;
  while (head > 0 && is_digit(one[head - 1])) --head;
  std::size_t tail = 0;
  const auto back = [&](std::string_view text) { return text[text.size() - 1 - tail]; };
  while (tail < shorter - head && back(one) == back(second)) ++tail;
  while (tail > 0 && is_digit(one[one.size() - tail])) --tail;
  const auto from = parse_integer(one.substr(head, one.size() - tail - head));
  const auto to = parse_integer(second.substr(head, second.size() - tail - head));
  if (!from || *from < 0 || to != *from + 1) return false;
  before = one.substr(0, head);
  counter = *from;
  after = one.substr(one.size() - tail);
  return true;
}

void SeatPlan::add(std::int64_t number, std::string_view members) {
  if (!runs_.empty() && number == runs_.back().first + runs_.back().count) {
    Run& run = runs_.back();
    if (run.has_next(members) || (run.count == 1 && run.begin_to_count(members))) {
      ++run.count;
      return;
    }
  }
  runs_.push_back({.first = number,
                   .count = 1,
                   .before = std::string(members),
                   .counter = std::nullopt,
                   .after = ""});
}

std::string SeatPlan::to_json(const std::vector<TakenSeat>& taken, bool available_only) const {
  std::size_t bytes = 0;
  for (const Run& run : runs_) {
    bytes +=
        static_cast<std::size_t>(run.count) * (run.before.size() + run.after.size() + kOtherBytes);
  }
  std::string json = "[";
  json.reserve(bytes);
  auto next_taken = taken.begin();
  for (const Run& run : runs_) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const std::int64_t number = run.first + i;
      while (next_taken != taken.end() && next_taken->number < number) ++next_taken;
      const bool is_taken = next_taken != taken.end() && next_taken->number == number;
      if (is_taken && available_only) continue;
      json += json.size() > 1 ? R"(,{"number":)" : R"({"number":)";
      append(json, number);
      json += ',';
      json += run.before;
      if (run.counter) append(json, *run.counter + i);
      json += run.after;
      json += R"(,"status":")";
      json += is_taken ? std::string_view(next_taken->status) : "AVAILABLE";
      json += R"("})";
    }
  }
  json += ']';
  return json;
}

// A run per line; JSON text has neither tabs nor line ends.
std::string SeatPlan::encode() const {
  std::string text;
  for (const Run& run : runs_) {
    append(text, run.first);
    text += '\t';
    append(text, run.count);
    text += '\t';
    text += run.before;
    text += '\t';
    if (run.counter) append(text, *run.counter);
    text += '\t';
    text += run.after;
    text += '\n';
  }
  return text;
}

std::optional<SeatPlan> SeatPlan::parse(std::string_view text) {
  SeatPlan plan;
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    const auto first = parse_integer(cut(line, '\t'));
    const auto count = parse_integer(cut(line, '\t'));
    const std::string_view before = cut(line, '\t');
    const auto counter = parse_integer(cut(line, '\t'));
    if (!first || !count) return std::nullopt;
    plan.runs_.push_back({.first = *first,
                          .count = *count,
                          .before = std::string(before),
                          .counter = counter,
                          .after = std::string(line)});
  }
  return plan;
}

}  // namespace stagedoor
