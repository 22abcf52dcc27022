#include <gtest/gtest.h>

#include <random>
#include <set>
#include <sstream>

#include "sale/reservation_rules.h"

using namespace stagedoor;

namespace {

using Numbers = std::vector<std::int64_t>;

// Free seats drawn as text: a letter is a free seat of that section, '-' one without a section, '.'
// one that is taken. The first is number 1.
std::vector<ReservedSeat> free_seats(const std::string& row) {
  std::vector<ReservedSeat> free;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '.') continue;
    ReservedSeat& seat = free.emplace_back();
    seat.number = static_cast<std::int64_t>(i) + 1;
    if (row[i] != '-') seat.section = std::string(1, row[i]);
  }
  return free;
}

std::optional<std::int64_t> first_chosen(const std::string& row, std::int64_t count,
                                         bool open_ended = false) {
  const auto chosen = choose_neighbours(free_seats(row), count, open_ended);
  if (!chosen) return std::nullopt;
  for (std::size_t i = 0; i < chosen->size(); ++i) {
    EXPECT_EQ((*chosen)[i], chosen->front() + static_cast<std::int64_t>(i)) << row;
  }
  EXPECT_EQ(chosen->size(), static_cast<std::size_t>(count)) << row;
  return chosen->front();
}

struct Case {
  const char* row;
  std::int64_t count;
  std::optional<std::int64_t> first;
};

void expect_choices(const std::vector<Case>& cases, bool open_ended = false) {
  for (const Case& c : cases) {
    EXPECT_EQ(first_chosen(c.row, c.count, open_ended), c.first) << c.row << " for " << c.count;
  }
}

// The rule once more, by trying every choice there is.
struct Choice {
  std::size_t at;
  bool leaves_one_alone;
};

std::vector<Choice> every_choice(const std::vector<ReservedSeat>& free, std::size_t count,
                                 bool open_ended) {
  const auto joined = [&](std::size_t i) {  // i is the neighbour of i - 1
    return i > 0 && i < free.size() && free[i].number == free[i - 1].number + 1 &&
           free[i].section == free[i - 1].section;
  };
  std::vector<Choice> choices;
  for (std::size_t at = 0; at + count <= free.size(); ++at) {
    bool together = true;
    for (std::size_t i = at + 1; i < at + count; ++i) together = together && joined(i);
    if (!together) continue;
    const bool left_alone = joined(at) && !joined(at - 1);
    const std::size_t next = at + count;
    const bool right_alone = joined(next) && !joined(next + 1);
    const bool may_go_on = open_ended && next == free.size();
    choices.push_back({at, left_alone || right_alone || may_go_on});
  }
  return choices;
}

std::optional<std::int64_t> best_by_force(const std::vector<ReservedSeat>& free, std::size_t count,
                                          bool open_ended) {
  const auto choices = every_choice(free, count, open_ended);
  for (const Choice& choice : choices) {
    if (!choice.leaves_one_alone) return free[choice.at].number;
  }
  if (choices.empty() || open_ended) return std::nullopt;
  return free[choices.front().at].number;
}

std::string random_row(std::mt19937& random) {
  const std::size_t length = random() % 14;
  const std::string alphabet = random() % 2 == 0 ? "AAAA." : "AAAABB-..";
  std::string row;
  for (std::size_t i = 0; i < length; ++i) row += alphabet[random() % alphabet.size()];
  return row;
}

}  // namespace

TEST(ChooseNeighbours, TakesTheLowestNumbers) {
  expect_choices(
      {{"AAAAAA", 2, 1}, {"..AAAA", 2, 3}, {"A.AAAA", 2, 3}, {"AAAA", 4, 1}, {"------", 3, 1}});
}

TEST(ChooseNeighbours, FindsNothingWhereNobodyCouldSitTogether) {
  expect_choices(
      {{"", 1, {}}, {"....", 1, {}}, {"A.A.A.A", 2, {}}, {"AA.AA.AA", 3, {}}, {"AAA", 4, {}}});
}

TEST(ChooseNeighbours, StaysWithinOneSection) {
  expect_choices({{"AABB", 2, 1},
                  {"ABBB", 3, 2},
                  {"AAABBB", 4, {}},
                  {"ABABAB", 2, {}},
                  {"A-A-", 2, {}},
                  {"AAA---BBB", 3, 1},
                  {".AA---BBB", 3, 4}});
}

TEST(ChooseNeighbours, ASectionMayReturnAfterAnother) {
  expect_choices({{"ABA", 2, {}}, {"ABAA", 2, 3}, {"AAABBAAA", 3, 1}, {"ABBAAA", 3, 4}});
}

TEST(ChooseNeighbours, LeavesNobodyAloneWhereItCan) {
  expect_choices({{"AAA.AAAA", 2, 5},
                  {"AAA.AA", 2, 5},
                  {"AAA..AAA.AAA..AAAAA", 2, 15},
                  {"AA.A", 1, 4},
                  {"AAAA.AAA", 3, 6},
                  {"AAABB", 2, 4}});
}

TEST(ChooseNeighbours, LeavesSomebodyAloneWhereItMust) {
  expect_choices({{"AAA", 2, 1}, {"AAA.AAA", 2, 1}, {"AA", 1, 1}, {".AAAA", 3, 2}});
}

TEST(ChooseNeighbours, OneSeatAloneIsTheBestChoiceForOne) {
  expect_choices({{"A", 1, 1}, {"AA.A", 1, 4}, {"AAA.A", 1, 1}, {"AA.AA.AA", 1, 1}});
}

// More seats may follow what is known: the end of the list is no end of a row, and what may leave
// a single seat waits until more is known.
TEST(ChooseNeighbours, DoesNotTakeTheEndOfWhatItSeesForTheEndOfTheRow) {
  expect_choices({{"AA", 2, {}},
                  {"AAA", 2, {}},
                  {"AAAA", 2, 1},
                  {".AAAA", 2, 2},
                  {"AA.A", 2, 1},
                  {"A.A", 2, {}},
                  {"A.AA", 1, 1},
                  {"AAA.AAA", 2, {}},
                  {"AAA.AAAA", 2, 5},
                  {"AAA.A", 2, {}},
                  {"AAAB", 2, {}}},
                 true);
}

TEST(ChooseNeighbours, AgreesWithATryOfEveryChoice) {
  std::mt19937 random(20261121);
  int found = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string row = random_row(random);
    const std::size_t count = 1 + random() % 5;
    const bool open_ended = random() % 2 == 0;
    const auto free = free_seats(row);
    const auto expected = best_by_force(free, count, open_ended);
    ASSERT_EQ(first_chosen(row, static_cast<std::int64_t>(count), open_ended), expected)
        << '"' << row << "\" for " << count << (open_ended ? ", open-ended" : "");
    found += expected ? 1 : 0;
  }
  EXPECT_GT(found, 30'000);
}

// Seats are numbered as their organiser likes.
TEST(ChooseNeighbours, PassesWholeGroupsByWhereOthersAreAtWork) {
  const auto choose = [](const std::string& row, std::int64_t count,
                         const std::set<std::int64_t>& beyond_reach) {
    return choose_neighbours(free_seats(row), count, false, beyond_reach);
  };
  EXPECT_EQ(choose("aaaaaa", 2, {1}), (Numbers{3, 4}));
  EXPECT_EQ(choose("aaaaaa", 2, {1, 4}), (Numbers{5, 6}));
  EXPECT_EQ(choose("aaaaaa", 3, {2}), (Numbers{4, 5, 6}));
  EXPECT_EQ(choose("aaaaaa", 2, {1, 4, 5}), std::nullopt);
  EXPECT_EQ(choose("aaaaa.bbb", 2, {1}), (Numbers{3, 4})) << "nothing else is better";
  EXPECT_EQ(choose("aaaaa.bbbb", 2, {2}), (Numbers{7, 8})) << "leaves no single seat";
}

TEST(ChooseNeighbours, KnowsLargeAndMissingNumbers) {
  std::vector<ReservedSeat> free;
  for (const std::int64_t number : {999'998, 999'999, 1'000'000}) {
    free.push_back({.number = number});
  }
  EXPECT_EQ(choose_neighbours(free, 3, false), (Numbers{999'998, 999'999, 1'000'000}));
  EXPECT_EQ(choose_neighbours(free, 4, false), std::nullopt);
}
