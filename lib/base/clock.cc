#include "base/clock.h"

namespace stagedoor {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

// What SQL's DATETIME holds.
constexpr sys_days kFirstDay{year{1000} / 1 / 1};
constexpr sys_days kBehindLastDay{year{10'000} / 1 / 1};

// Reads fixed-width decimal fields from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  bool accept(std::string_view one_of) {
    if (rest_.empty() || one_of.find(rest_.front()) == std::string_view::npos) return false;
    last_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  // `.5` is 500,000; without a point 0; more than six decimals is an error.
  std::optional<int> fraction_us() {
    if (!accept(".")) return 0;
    int value = 0;
    int scale = 1'000'000;
    while (scale > 1 && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      scale /= 10;
      value += (rest_.front() - '0') * scale;
      rest_.remove_prefix(1);
    }
    if (scale == 1'000'000) return std::nullopt;
    return value;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] char last() const { return last_; }

 private:
  std::string_view rest_;
  char last_ = 0;
};

std::optional<sys_days> scan_day(Scanner& scanner) {
  const auto y = scanner.digits(4);
  if (!y || !scanner.accept("-")) return std::nullopt;
  const auto m = scanner.digits(2);
  if (!m || !scanner.accept("-")) return std::nullopt;
  const auto d = scanner.digits(2);
  if (!d) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok() || sys_days{date} < kFirstDay) return std::nullopt;
  return sys_days{date};
}

std::optional<Micros> scan_time_of_day(Scanner& scanner) {
  const auto h = scanner.digits(2);
  if (!h || *h > 23 || !scanner.accept(":")) return std::nullopt;
  const auto m = scanner.digits(2);
  if (!m || *m > 59 || !scanner.accept(":")) return std::nullopt;
  const auto s = scanner.digits(2);
  if (!s || *s > 59) return std::nullopt;
  const auto us = scanner.fraction_us();
  if (!us) return std::nullopt;
  return std::chrono::hours{*h} + std::chrono::minutes{*m} + std::chrono::seconds{*s} + Micros{*us};
}

std::optional<std::chrono::minutes> scan_offset(Scanner& scanner) {
  if (scanner.accept("Zz")) return std::chrono::minutes{0};
  if (!scanner.accept("+-")) return std::nullopt;
  const int sign = scanner.last() == '-' ? -1 : 1;
  const auto h = scanner.digits(2);
  if (!h || *h > 23 || !scanner.accept(":")) return std::nullopt;
  const auto m = scanner.digits(2);
  if (!m || *m > 59) return std::nullopt;
  return std::chrono::minutes{sign * (*h * 60 + *m)};
}

struct Fields {
  int year;
  unsigned month, day;
  int hour, minute, second, micros;
};

Fields split(Time time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date{days};
  const std::chrono::hh_mm_ss clock{time - days};
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count())};
}

// With zeros in front; by hand, because every answer and every line of the log has times.
void append_digits(std::string& text, int value, int digits) {
  for (int i = 0; i < digits; ++i) text += '0';
  for (auto at = text.size(); digits > 0; --digits, value /= 10) {
    text[--at] = static_cast<char>('0' + value % 10);
  }
}

std::string date_and_time(const Fields& f, char between) {
  std::string text;
  text.reserve(sizeof "2026-11-21T05:07:17.000000Z");
  append_digits(text, f.year, 4);
  append_digits(text += '-', static_cast<int>(f.month), 2);
  append_digits(text += '-', static_cast<int>(f.day), 2);
  append_digits(text += between, f.hour, 2);
  append_digits(text += ':', f.minute, 2);
  append_digits(text += ':', f.second, 2);
  return text;
}

}  // namespace

Time system_now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

Micros monotonic_now() {
  return std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now().time_since_epoch());
}

bool is_younger(Time at, Time now, Micros age_max) {
  constexpr Micros kAheadMax = std::chrono::seconds{1};
  const Micros age = now - at;
  return age >= -kAheadMax && age < age_max;
}

std::string to_rfc3339(Time time) {
  const Fields f = split(time);
  std::string text = date_and_time(f, 'T');
  append_digits(text += '.', f.micros / 1000, 3);
  return text += 'Z';
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  Scanner scanner(text);
  const auto date = scan_day(scanner);
  if (!date || !scanner.accept("Tt")) return std::nullopt;
  const auto time_of_day = scan_time_of_day(scanner);
  if (!time_of_day) return std::nullopt;
  const auto offset = scan_offset(scanner);
  if (!offset || !scanner.at_end()) return std::nullopt;
  const Time time = Time{*date} + *time_of_day - *offset;
  if (time < kFirstDay || time >= kBehindLastDay) return std::nullopt;
  return time;
}

std::optional<Time> parse_day(std::string_view text) {
  Scanner scanner(text);
  const auto date = scan_day(scanner);
  if (!date || !scanner.at_end()) return std::nullopt;
  return Time{*date};
}

std::string to_sql(Time time) {
  const Fields f = split(time);
  std::string text = date_and_time(f, ' ');
  append_digits(text += '.', f.micros, 6);
  return text;
}

std::optional<Time> parse_sql(std::string_view text) {
  Scanner scanner(text);
  const auto date = scan_day(scanner);
  if (!date || !scanner.accept(" ")) return std::nullopt;
  const auto time_of_day = scan_time_of_day(scanner);
  if (!time_of_day || !scanner.at_end()) return std::nullopt;
  return Time{*date} + *time_of_day;
}

}  // namespace stagedoor
