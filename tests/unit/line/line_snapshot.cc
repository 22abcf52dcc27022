#include "line/snapshot_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

using namespace stagedoor;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kBlock = DepartedPlaces::kPlaces;

// A line as a list of who is still there: what a snapshot must agree with.
class PlainLine {
 public:
  PlainLine(std::int64_t last, std::int64_t front) : waits_(last + 1, true), front_(front) {
    std::fill(waits_.begin(), waits_.begin() + front + 1, false);
  }

  void leave(std::int64_t place) { waits_[place] = false; }
  [[nodiscard]] bool waits(std::int64_t place) const { return waits_[place]; }
  [[nodiscard]] std::int64_t last() const { return static_cast<std::int64_t>(waits_.size()) - 1; }
  [[nodiscard]] std::int64_t waiting() const {
    return std::count(waits_.begin(), waits_.end(), true);
  }

  // As an advance makes it from the departures.
  [[nodiscard]] LineSnapshot snapshot() const {
    LineSnapshot line{.version = 1, .front_place = Place{front_}, .last_place = Place{last()}};
    for (const auto& [block, departed] : departures()) {
      const Place end{(block + 1) * kBlock - 1};
      const std::int64_t count = departed.count(block, Place{front_}, end);
      if (count > 0) line.blocks.push_back({block, 1, count});
    }
    return line;
  }

  [[nodiscard]] std::map<std::int64_t, DepartedPlaces> departures() const {
    std::map<std::int64_t, DepartedPlaces> blocks;
    for (std::int64_t place = 1; place <= last(); ++place) {
      if (!waits_[place] && place > front_) {
        blocks[DepartedPlaces::block_of(Place{place})].add(Place{place});
      }
    }
    return blocks;
  }

 private:
  std::vector<bool> waits_;
  std::int64_t front_;
};

void expect_every_position_exact(const PlainLine& plain, std::int64_t front) {
  const LineSnapshot line = plain.snapshot();
  const auto departures = plain.departures();
  EXPECT_EQ(line.waiting(), plain.waiting());
  std::int64_t ahead = 0;
  for (std::int64_t place = front + 1; place <= plain.last(); ++place) {
    const auto* block = line.block_of(Place{place});
    const DepartedPlaces* own =
        block == nullptr ? nullptr : &departures.at(DepartedPlaces::block_of(Place{place}));
    ASSERT_EQ(line.position(Place{place}, own), 1 + ahead) << "place " << place;
    if (plain.waits(place)) ++ahead;
  }
}

LineSnapshot full_snapshot() {
  return {.version = 17,
          .at = Time{1'795'000'000s},
          .front_place = Place{5},
          .last_place = Place{900'000},
          .sold_out = true,
          .opens_at = Time{1'794'000'000s},
          .closes_at = Time{1'796'000'000s},
          .active = 12,
          .limits = {.max_active = 100, .admit_per_minute = 60},
          .admitted_last_minute = 58,
          .ends = {{Entry{3}, EndReason::kSoldOut}, {Entry{5}, EndReason::kSaleClosed}},
          .blocks = {{0, 16, 3}, {7, 2, 8'192}, {109, 17, 1}}};
}

}  // namespace

TEST(DepartedPlaces, CountsBetweenAnyTwoPlaces) {
  std::mt19937 random(3);
  std::uniform_int_distribution<std::int64_t> offset(0, kBlock - 1);
  constexpr std::int64_t kBlockNumber = 5;
  DepartedPlaces departed;
  std::vector<bool> model(static_cast<std::size_t>(kBlock));
  for (int i = 0; i < 3'000; ++i) {
    const std::int64_t at = offset(random);
    departed.add(Place{kBlockNumber * kBlock + at});
    model[static_cast<std::size_t>(at)] = true;
  }
  for (int i = 0; i < 2'000; ++i) {
    const std::int64_t after = offset(random);
    const std::int64_t upto = offset(random);
    const std::int64_t expected =
        after < upto ? std::count(model.begin() + after + 1, model.begin() + upto + 1, true) : 0;
    EXPECT_EQ(departed.count(kBlockNumber, Place{kBlockNumber * kBlock + after},
                             Place{kBlockNumber * kBlock + upto}),
              expected);
  }
  const std::int64_t all = std::count(model.begin(), model.end(), true);
  EXPECT_EQ(departed.count(kBlockNumber, Place{0}, Place{1'000'000}), all);
  EXPECT_EQ(departed.count(kBlockNumber, Place{1'000'000}, Place{2'000'000}), 0);
}

TEST(DepartedPlaces, KnowsWhomItHolds) {
  DepartedPlaces departed;
  departed.add(Place{kBlock});
  departed.add(Place{2 * kBlock - 1});
  EXPECT_TRUE(departed.contains(Place{kBlock}));
  EXPECT_TRUE(departed.contains(Place{2 * kBlock - 1}));
  EXPECT_FALSE(departed.contains(Place{kBlock + 1}));
  EXPECT_EQ(DepartedPlaces(departed.bits()).count(1, Place{0}, Place{2 * kBlock}), 2);
}

TEST(LineSnapshot, TellsEveryPositionExactly) {
  std::mt19937 random(11);
  for (const std::int64_t last : {std::int64_t{1}, kBlock - 1, kBlock, kBlock + 1, 5 * kBlock}) {
    for (const double share : {0.0, 0.01, 0.5, 0.99, 1.0}) {
      const std::int64_t front = std::uniform_int_distribution<std::int64_t>(0, last)(random);
      PlainLine plain(last, front);
      std::bernoulli_distribution leaves(share);
      for (std::int64_t place = front + 1; place <= last; ++place) {
        if (leaves(random)) plain.leave(place);
      }
      SCOPED_TRACE("last " + std::to_string(last) + " front " + std::to_string(front));
      expect_every_position_exact(plain, front);
    }
  }
}

TEST(LineSnapshot, TellsTheSmallestLinesExactlyAtBlockBorders) {
  for (std::int64_t front = kBlock - 3; front <= kBlock + 2; ++front) {
    for (std::int64_t left = front + 1; left <= kBlock + 5; ++left) {
      PlainLine plain(kBlock + 5, front);
      plain.leave(left);
      expect_every_position_exact(plain, front);
    }
  }
}

TEST(LineSnapshot, OfAnEmptyLineHasNobodyWaiting) {
  EXPECT_EQ(LineSnapshot{}.waiting(), 0);
  EXPECT_EQ((LineSnapshot{.front_place = Place{9}, .last_place = Place{9}}.waiting()), 0);
}

TEST(LineSnapshot, TellsEachPlaceTheFirstEndBehindIt) {
  const LineSnapshot line = full_snapshot();
  const Time open = line.closes_at - 1s;
  EXPECT_EQ(line.end_of(Entry{1}, open).reason, EndReason::kSoldOut);
  EXPECT_EQ(line.end_of(Entry{3}, open).reason, EndReason::kSoldOut);
  EXPECT_EQ(line.end_of(Entry{4}, open).reason, EndReason::kSaleClosed);
  EXPECT_EQ(line.end_of(Entry{6}, open).reason, std::nullopt);
  EXPECT_FALSE(line.end_of(Entry{6}, open).closed);
  EXPECT_TRUE(line.end_of(Entry{6}, line.closes_at).closed);
}

TEST(LineSnapshot, IsReadBackFromItsText) {
  const LineSnapshot line = full_snapshot();
  const auto decoded = LineSnapshot::decode(line.encode());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->encode(), line.encode());
  EXPECT_EQ(decoded->version, line.version);
  EXPECT_EQ(decoded->at, line.at);
  EXPECT_EQ(decoded->front_place, line.front_place);
  EXPECT_EQ(decoded->last_place, line.last_place);
  EXPECT_TRUE(decoded->sold_out);
  EXPECT_EQ(decoded->opens_at, line.opens_at);
  EXPECT_EQ(decoded->closes_at, line.closes_at);
  EXPECT_EQ(decoded->active, line.active);
  EXPECT_EQ(decoded->limits.max_active, 100);
  EXPECT_EQ(decoded->limits.admit_per_minute, 60);
  EXPECT_EQ(decoded->admitted_last_minute, 58);
  EXPECT_EQ(decoded->end_of(Entry{4}, line.at).reason, EndReason::kSaleClosed);
  ASSERT_EQ(decoded->blocks.size(), 3U);
  EXPECT_EQ(decoded->block_of(Place{7 * kBlock + 1})->departed, 8'192);
  EXPECT_EQ(decoded->block_of(Place{8 * kBlock}), nullptr);
}

TEST(LineSnapshot, KeepsWhatIsAbsentAbsent) {
  LineSnapshot line = full_snapshot();
  line.ends.clear();
  line.opens_at.reset();
  line.blocks.clear();
  const auto decoded = LineSnapshot::decode(line.encode());
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->ends.empty());
  EXPECT_EQ(decoded->opens_at, std::nullopt);
  EXPECT_TRUE(decoded->blocks.empty());
  EXPECT_TRUE(decoded->opened(Time{}));
}

TEST(LineSnapshot, OfALotteryIsNotOpenBeforeTheDraw) {
  LineSnapshot line = full_snapshot();
  line.awaits_draw = true;
  const auto decoded = LineSnapshot::decode(line.encode());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->encode(), line.encode());
  EXPECT_TRUE(decoded->awaits_draw);
  EXPECT_FALSE(decoded->opened(*line.opens_at));
}

TEST(LineSnapshot, OfADrawnLineKnowsThePlaceOfEachEntry) {
  LineSnapshot line = full_snapshot();
  line.drawn = proof::DrawOrder(proof::sha256("a seed"), 1'000);
  const auto decoded = LineSnapshot::decode(line.encode());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->encode(), line.encode());
  EXPECT_TRUE(decoded->opened(*line.opens_at));
  EXPECT_EQ(decoded->drawn->entries(), 1'000);
  for (std::int64_t entry = 1; entry <= 1'001; ++entry) {
    EXPECT_EQ(decoded->place_of(Entry{entry}), line.drawn->place_of(Entry{entry}));
  }
  EXPECT_EQ(decoded->place_of(Entry{1'001}), Place{1'001});
}

TEST(LineSnapshot, IsNotReadFromAnythingElse) {
  const std::string text = full_snapshot().encode();
  for (const std::string& other :
       {std::string(), std::string("1"), "0" + text.substr(1), "9" + text, text + " 5", text + " x",
        "x" + text, text.substr(0, text.find(' ', 20)), text.substr(0, text.rfind(' '))}) {
    EXPECT_FALSE(LineSnapshot::decode(other)) << other;
  }
}

TEST(LineSnapshot, IsReadOnlyAsItWasWritten) {
  const std::string text = full_snapshot().encode();
  std::mt19937 random(5);
  for (int round = 0; round < 20'000; ++round) {
    std::string other = text;
    const auto at = std::uniform_int_distribution<std::size_t>(0, text.size() - 1)(random);
    other[at] = static_cast<char>(random() % 256);
    if (round % 3 == 0) other.resize(at);
    const auto decoded = LineSnapshot::decode(other);
    EXPECT_TRUE(!decoded || decoded->encode() == other) << other;
  }
}

TEST(LineSnapshot, EstimatesTheWaitFromTheLastMinute) {
  LineSnapshot line;
  EXPECT_EQ(line.estimated_wait_s(10), std::nullopt);
  line.admitted_last_minute = 60;
  EXPECT_EQ(line.estimated_wait_s(1), 1);
  EXPECT_EQ(line.estimated_wait_s(90), 90);
  line.admitted_last_minute = 7;
  EXPECT_EQ(line.estimated_wait_s(1), 9);
}
