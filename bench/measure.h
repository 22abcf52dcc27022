#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace stagedoor::bench {

double median(std::vector<double> values);
// The value that so many percent of them do not exceed.
double percentile(std::vector<double> values, int percent);
double milliseconds(Micros time);

// A subject beside its ceiling. The ratio is the median of the rounds' own ratios: what disturbs a
// shared machine for longer than a round disturbs both sides of it.
struct Compared {
  double value = 0;
  double ceiling = 0;
  double ratio = 0;
};

// A slice of one side, which measures one or more things and gives as many numbers.
using Slice = std::function<std::vector<double>()>;

// Each round is four slices: subject, ceiling, ceiling, subject, so that a steady drift cancels.
std::vector<Compared> compare(int rounds, const Slice& subject, const Slice& ceiling);

// A line of the table.
struct Line {
  std::string measure;
  double value = 0;
  std::string unit;  // "/s", "ms", ...
  std::optional<Compared> compared = {};
  std::string goal = {};
  std::optional<bool> met = {};
};

// 12,345 or 1.23
std::string number_text(double value);
// The lines as a table in markdown, and as JSON.
std::string as_table(const std::vector<Line>& lines);
std::string as_json(const std::vector<Line>& lines);

}  // namespace stagedoor::bench
