#include "domain/line_snapshot.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

namespace stagedoor {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

constexpr double kPollMinMs = 1'000;
constexpr double kPollMaxMs = 20'000;
// From this position on everybody polls as seldom as it gets.
constexpr double kPollFarPosition = 20'000;
constexpr double kJitterShare = 0.2;

std::int64_t as_number(std::optional<Time> time) {
  return time ? time->time_since_epoch().count() : kNoTime;
}

std::optional<Time> as_time(std::int64_t number) {
  if (number == kNoTime) return std::nullopt;
  return Time{Micros{number}};
}

// Reads numbers that are separated by blanks.
class Numbers {
 public:
  explicit Numbers(std::string_view text) : rest_(text) {}

  std::int64_t next() {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) {
      failed_ = true;
      return 0;
    }
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (rest_.starts_with(' ')) rest_.remove_prefix(1);
    return value;
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

void DepartedPlaces::add(Place place) {
  const auto bit = static_cast<std::size_t>(place.value % kPlaces);
  bits_[bit / 8] =
      static_cast<char>(static_cast<unsigned char>(bits_[bit / 8]) | (1U << (bit % 8)));
}

bool DepartedPlaces::contains(Place place) const {
  const auto bit = static_cast<std::size_t>(place.value % kPlaces);
  return ((static_cast<unsigned char>(bits_[bit / 8]) >> (bit % 8)) & 1U) != 0;
}

std::int64_t DepartedPlaces::count(std::int64_t block, Place after, Place upto) const {
  const std::int64_t start = block * kPlaces;
  const std::int64_t first = std::max<std::int64_t>(0, after.value + 1 - start);
  const std::int64_t last = std::min(kPlaces - 1, upto.value - start);
  std::int64_t total = 0;
  for (std::int64_t bit = first; bit <= last;) {
    const auto byte = static_cast<unsigned char>(bits_[static_cast<std::size_t>(bit / 8)]);
    if (bit % 8 == 0 && bit + 7 <= last) {
      total += std::popcount(byte);
      bit += 8;
    } else {
      total += (byte >> (bit % 8)) & 1;
      ++bit;
    }
  }
  return total;
}

std::int64_t LineSnapshot::waiting() const {
  std::int64_t count = last_place.value - front_place.value;
  for (const Block& block : blocks) count -= block.departed;
  return std::max<std::int64_t>(0, count);
}

const LineSnapshot::Block* LineSnapshot::block_of(Place place) const {
  const std::int64_t wanted = DepartedPlaces::block_of(place);
  const auto found =
      std::lower_bound(blocks.begin(), blocks.end(), wanted,
                       [](const Block& entry, std::int64_t block) { return entry.block < block; });
  return found != blocks.end() && found->block == wanted ? &*found : nullptr;
}

std::int64_t LineSnapshot::position(Place place, const DepartedPlaces* own) const {
  const std::int64_t own_block = DepartedPlaces::block_of(place);
  std::int64_t in_front = place.value - 1 - front_place.value;
  for (const Block& block : blocks) {
    if (block.block >= own_block) break;
    in_front -= block.departed;
  }
  if (own != nullptr) in_front -= own->count(own_block, front_place, Place{place.value - 1});
  return 1 + std::max<std::int64_t>(0, in_front);
}

std::optional<std::int64_t> LineSnapshot::estimated_wait_s(std::int64_t position) const {
  if (admitted_last_minute == 0) return std::nullopt;
  return (position * 60 + admitted_last_minute - 1) / admitted_last_minute;
}

std::string LineSnapshot::encode() const {
  std::string text = std::to_string(kFormat);
  const auto put = [&text](std::int64_t number) { text += ' ' + std::to_string(number); };
  put(version);
  put(at.time_since_epoch().count());
  put(front_place.value);
  put(last_place.value);
  put(ended_place.value);
  put(ended_reason ? static_cast<std::int64_t>(*ended_reason) : -1);
  put(sold_out ? 1 : 0);
  put(as_number(opens_at));
  put(closes_at.time_since_epoch().count());
  put(active);
  put(limits.max_active);
  put(limits.admit_per_minute);
  put(admitted_last_minute);
  for (const Block& block : blocks) {
    put(block.block);
    put(block.revision);
    put(block.departed);
  }
  return text;
}

std::optional<LineSnapshot> LineSnapshot::decode(std::string_view text) {
  Numbers numbers(text);
  if (numbers.next() != kFormat) return std::nullopt;
  LineSnapshot line;
  line.version = numbers.next();
  line.at = Time{Micros{numbers.next()}};
  line.front_place.value = numbers.next();
  line.last_place.value = numbers.next();
  line.ended_place.value = numbers.next();
  if (const std::int64_t reason = numbers.next(); reason >= 0) {
    line.ended_reason = static_cast<EndReason>(reason);
  }
  line.sold_out = numbers.next() != 0;
  line.opens_at = as_time(numbers.next());
  line.closes_at = Time{Micros{numbers.next()}};
  line.active = numbers.next();
  line.limits.max_active = numbers.next();
  line.limits.admit_per_minute = numbers.next();
  line.admitted_last_minute = numbers.next();
  while (!numbers.failed() && !numbers.at_end()) {
    Block block;
    block.block = numbers.next();
    block.revision = numbers.next();
    block.departed = numbers.next();
    line.blocks.push_back(block);
  }
  if (numbers.failed()) return std::nullopt;
  return line;
}

std::int64_t poll_after_ms(std::int64_t position, double jitter) {
  const double distance = std::min(1.0, static_cast<double>(position) / kPollFarPosition);
  const double even = kPollMinMs + (kPollMaxMs - kPollMinMs) * distance;
  return static_cast<std::int64_t>(
      std::clamp(even * (1 - kJitterShare / 2 + kJitterShare * jitter), kPollMinMs, kPollMaxMs));
}

}  // namespace stagedoor
