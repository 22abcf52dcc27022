// The order that a draw gives: a permutation, the same everywhere, and as good as any other.
#include "proof/draw_order.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace stagedoor::proof {
namespace {

DrawOrder draw(int number, std::int64_t entries) {
  return {sha256("draw " + std::to_string(number)), entries};
}

// How far the counts are from equal ones, in standard deviations of what chance does.
double deviation(const std::vector<double>& counts) {
  double total = 0;
  for (const double count : counts) total += count;
  const double expected = total / static_cast<double>(counts.size());
  double chi_square = 0;
  for (const double count : counts) {
    chi_square += (count - expected) * (count - expected) / expected;
  }
  const double degrees = static_cast<double>(counts.size()) - 1;
  return (chi_square - degrees) / std::sqrt(2 * degrees);
}

}  // namespace

TEST(ADraw, GivesEachEntryAPlaceOfItsOwnAndFindsItBack) {
  for (const std::int64_t entries : {0, 1, 2, 3, 7, 10, 99, 100, 101, 1'000, 8'193}) {
    const DrawOrder order = draw(1, entries);
    std::set<std::int64_t> places;
    for (std::int64_t entry = 1; entry <= entries; ++entry) {
      const Place place = order.place_of(Entry{entry});
      EXPECT_GE(place.value, 1);
      EXPECT_LE(place.value, entries);
      EXPECT_EQ(order.entry_at(place), Entry{entry});
      places.insert(place.value);
    }
    EXPECT_EQ(std::ssize(places), entries);
    EXPECT_EQ(order.place_of(Entry{entries + 1}), Place{entries + 1});
    EXPECT_EQ(order.entry_at(Place{entries + 1}), Entry{entries + 1});
  }
}

TEST(ADraw, OfAMillionIsComputedEntryByEntry) {
  const DrawOrder order = draw(2, 1'000'000);
  for (std::int64_t entry = 1; entry <= 1'000'000; entry += 9'973) {
    EXPECT_EQ(order.entry_at(order.place_of(Entry{entry})), Entry{entry});
  }
}

// The same values as in tests of /verify/draw.py.
TEST(ADraw, IsAsItIsDefined) {
  const DrawOrder order(sha256("stagedoor"), 10);
  std::vector<std::int64_t> places;
  for (std::int64_t entry = 1; entry <= 10; ++entry) {
    places.push_back(order.place_of(Entry{entry}).value);
  }
  EXPECT_EQ(places, (std::vector<std::int64_t>{8, 4, 10, 5, 6, 3, 1, 9, 2, 7}));
}

// Of 10 entries each gets each place equally often, and so does each pair of neighbours.
TEST(TenThousandDraws, OfTenEntriesPreferNone) {
  std::vector<double> places(100);
  std::vector<double> distances(9);
  for (int number = 0; number < 10'000; ++number) {
    const DrawOrder order = draw(number, 10);
    std::int64_t before = 0;
    for (std::int64_t entry = 1; entry <= 10; ++entry) {
      const std::int64_t place = order.place_of(Entry{entry}).value;
      ++places[static_cast<std::size_t>((entry - 1) * 10 + place - 1)];
      if (before != 0) ++distances[static_cast<std::size_t>((place - before + 10) % 10 - 1)];
      before = place;
    }
  }
  EXPECT_LT(std::abs(deviation(places)), 4);
  EXPECT_LT(std::abs(deviation(distances)), 4);
}

// Of 1,000 entries: by tenths of the entries and hundredths of the places.
TEST(TenThousandDraws, OfAThousandEntriesPreferNone) {
  std::vector<double> counts(1'000);
  for (int number = 0; number < 10'000; ++number) {
    const DrawOrder order = draw(number, 1'000);
    for (std::int64_t entry = 1; entry <= 1'000; entry += 37) {
      const std::int64_t place = order.place_of(Entry{entry}).value;
      ++counts[static_cast<std::size_t>((entry - 1) / 100 * 100 + (place - 1) / 10)];
    }
  }
  // Tenths of the entries are looked at 2 or 3 times each.
  for (std::size_t tenth = 0; tenth < 10; ++tenth) {
    const auto begin = counts.begin() + static_cast<std::ptrdiff_t>(tenth * 100);
    EXPECT_LT(std::abs(deviation({begin, begin + 100})), 4) << tenth;
  }
}

}  // namespace stagedoor::proof
