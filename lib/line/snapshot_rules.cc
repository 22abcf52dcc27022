#include "line/snapshot_rules.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "base/encoding.h"

namespace stagedoor {
namespace {

constexpr std::int64_t kFormat = 4;
constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

constexpr double kPollMinMs = 1'000;
constexpr double kPollMaxMs = 20'000;
// From this position on all clients poll as seldom as it gets.
constexpr double kPollFarPosition = 20'000;
constexpr double kJitterShare = 0.2;

std::int64_t as_number(std::optional<Time> time) {
  return time ? time->time_since_epoch().count() : kNoTime;
}

std::optional<Time> as_time(std::int64_t number) {
  if (number == kNoTime) return std::nullopt;
  return Time{Micros{number}};
}

// Reads numbers that are separated by blanks. The first that is not one in its only form, or not
// within its bounds, fails all.
class Numbers {
 public:
  explicit Numbers(std::string_view text) : rest_(text) {}

  std::int64_t next(std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                    std::int64_t max = std::numeric_limits<std::int64_t>::max()) {
    if (failed_) return 0;
    const auto value = parse_canonical_integer(rest_.substr(0, rest_.find(' ')));
    failed_ = !value || *value < min || *value > max;
    if (failed_) return 0;
    const auto blank = rest_.find(' ');
    at_end_ = blank == std::string_view::npos;
    rest_.remove_prefix(at_end_ ? rest_.size() : blank + 1);
    return *value;
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return at_end_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
  bool at_end_ = false;
};

enum class Order { kOfArrival, kToBeDrawn, kDrawn };

Order order_of(const LineSnapshot& line) {
  if (line.drawn) return Order::kDrawn;
  return line.awaits_draw ? Order::kToBeDrawn : Order::kOfArrival;
}

constexpr std::size_t kSeedWords = 4;

proof::DrawOrder read_drawn(Numbers& numbers) {
  const std::int64_t entries = numbers.next(0, proof::kEntriesMax);
  std::string seed;
  for (std::size_t word = 0; word < kSeedWords; ++word) {
    proof::append_integer(seed, static_cast<std::uint64_t>(numbers.next()));
  }
  return {proof::hash_from(seed), entries};
}

constexpr std::int64_t kWordBits = 64;

// Place n of a block is bit n MOD 8 of byte n DIV 8, so that bit 0 of a word is its first place.
std::uint64_t word_at(const std::string& bits, std::int64_t word) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t value = 0;
  std::memcpy(&value, bits.data() + word * static_cast<std::int64_t>(sizeof value), sizeof value);
  return value;
}

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
  const std::int64_t end = std::min(kPlaces, upto.value + 1 - start);
  if (first >= end) return 0;
  // Word by word, without the bits before `first` in the first and those from `end` on in the last.
  std::int64_t total = 0;
  for (std::int64_t word = first / kWordBits; word * kWordBits < end; ++word) {
    std::uint64_t bits = word_at(bits_, word);
    const std::int64_t begins = word * kWordBits;
    if (begins < first) bits &= ~std::uint64_t{0} << (first - begins);
    if (begins + kWordBits > end) bits &= ~std::uint64_t{0} >> (begins + kWordBits - end);
    total += std::popcount(bits);
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

LineEnd LineSnapshot::end_of(Entry entry, Time now) const {
  LineEnd end{.closed = closed(now)};
  const auto found = std::find_if(ends.begin(), ends.end(),
                                  [&](const End& candidate) { return entry <= candidate.upto; });
  if (found != ends.end()) end.reason = found->reason;
  return end;
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
  put(sold_out ? 1 : 0);
  put(as_number(opens_at));
  put(closes_at.time_since_epoch().count());
  put(active);
  put(limits.max_active);
  put(limits.admit_per_minute);
  put(admitted_last_minute);
  put(all_departed_counted ? 1 : 0);
  put(static_cast<std::int64_t>(order_of(*this)));
  if (drawn) {
    put(drawn->entries());
    for (std::size_t word = 0; word < kSeedWords; ++word) {
      put(proof::read_integer(proof::bytes_of(drawn->seed()).substr(8 * word)));
    }
  }
  put(static_cast<std::int64_t>(ends.size()));
  for (const End& end : ends) {
    put(end.upto.value);
    put(static_cast<std::int64_t>(end.reason));
  }
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
  line.front_place.value = numbers.next(0);
  line.last_place.value = numbers.next(0);
  line.sold_out = numbers.next(0, 1) != 0;
  line.opens_at = as_time(numbers.next());
  line.closes_at = Time{Micros{numbers.next()}};
  line.active = numbers.next();
  line.limits.max_active = numbers.next();
  line.limits.admit_per_minute = numbers.next();
  line.admitted_last_minute = numbers.next();
  line.all_departed_counted = numbers.next(0, 1) != 0;
  const auto order = static_cast<Order>(numbers.next(0, static_cast<int>(Order::kDrawn)));
  line.awaits_draw = order == Order::kToBeDrawn;
  if (order == Order::kDrawn) line.drawn = read_drawn(numbers);
  for (std::int64_t rest = numbers.next(0); rest > 0 && !numbers.failed(); --rest) {
    End end;
    end.upto.value = numbers.next();
    end.reason = static_cast<EndReason>(numbers.next(0, static_cast<int>(EndReason::kRevoked)));
    line.ends.push_back(end);
  }
  while (!numbers.failed() && !numbers.at_end()) {
    Block block;
    block.block = numbers.next();
    block.revision = numbers.next();
    block.departed = numbers.next(0, DepartedPlaces::kPlaces);
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
