#include "sale/seats_reading_rules.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/fingerprint.h"

namespace stagedoor {
namespace {

constexpr std::string_view kFormat = "1";
constexpr std::string_view kHexDigits = "0123456789abcdef";

// Cuts `text` behind the next `end`, and gives what was before that; nothing without one.
std::optional<std::string_view> cut(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at + 1);
  return head;
}

std::optional<long long> cut_integer(std::string_view& text, char end) {
  const auto digits = cut(text, end);
  return digits ? parse_canonical_integer(*digits) : std::nullopt;
}

// The version becomes a file's name.
bool is_version(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

std::optional<SeatsReading> cut_head(std::string_view& text) {
  if (cut(text, ' ') != kFormat) return std::nullopt;
  const auto micros = cut_integer(text, ' ');
  const auto version = cut(text, ' ');
  if (!micros || !version || !is_version(*version)) return std::nullopt;
  return SeatsReading{.read_at = Time{Micros{*micros}}, .version = std::string(*version)};
}

std::optional<TakenSeats> cut_seats(std::string_view& text) {
  const char mark = text.front();
  if (mark != 'H' && mark != 'S') return std::nullopt;
  text.remove_prefix(1);
  const auto first = cut_integer(text, '-');
  const auto last = cut_integer(text, ';');
  if (!first || !last || *first < 1 || *last < *first) return std::nullopt;
  return TakenSeats{mark == 'H' ? SeatStatus::kHeld : SeatStatus::kSold, *first, *last};
}

std::string encode_taken(const std::vector<TakenSeats>& taken) {
  std::string text;
  for (const TakenSeats& seats : taken) {
    text += seats.status == SeatStatus::kHeld ? 'H' : 'S';
    text += std::to_string(seats.first);
    text += '-';
    text += std::to_string(seats.last);
    text += ';';
  }
  return text;
}

}  // namespace

std::string encode_reading(const SeatsReading& reading) {
  std::string text(kFormat);
  text += " " + std::to_string(reading.read_at.time_since_epoch().count()) + " " + reading.version +
          " ";
  return text + encode_taken(reading.taken);
}

std::optional<SeatsReading> parse_reading(std::string_view text) {
  auto reading = cut_head(text);
  while (reading && !text.empty()) {
    const auto seats = cut_seats(text);
    const bool ascends =
        seats && (reading->taken.empty() || reading->taken.back().last < seats->first);
    if (!ascends) return std::nullopt;
    reading->taken.push_back(*seats);
  }
  return reading;
}

std::optional<SeatsReading> parse_reading_head(std::string_view text) { return cut_head(text); }

std::string seats_version(const std::vector<SeatRange>& ranges,
                          const std::vector<TakenSeats>& taken) {
  std::string content(kFormat);
  for (const SeatRange& range : ranges) {
    content += std::to_string(range.from) + '-' + std::to_string(range.to) + ' ';
    content += std::to_string(range.price.value) + ' ';
    for (const auto& text : {range.section, std::optional(range.grade), range.label}) {
      content += text ? std::to_string(text->size()) + ':' + *text : std::string("-");
    }
  }
  return fingerprint(content + encode_taken(taken));
}

}  // namespace stagedoor
