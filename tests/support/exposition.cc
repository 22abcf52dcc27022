#include "support/exposition.h"

#include <algorithm>
#include <limits>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace stagedoor::testing {
namespace {

[[noreturn]] void refuse(const std::string& why, const std::string& line) {
  throw std::runtime_error(why + ": " + line);
}

double parse_value(const std::string& text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  static const std::regex kNumber(R"(-?\d+(\.\d+)?)");
  if (!std::regex_match(text, kNumber)) refuse("not a value", text);
  return std::stod(text);
}

std::map<std::string, std::string> parse_labels(const std::string& text, const std::string& line) {
  static const std::regex kLabel(R"re(([a-zA-Z_][a-zA-Z0-9_]*)="([^"\\]*)"(,|$))re");
  std::map<std::string, std::string> labels;
  auto rest = text.cbegin();
  for (std::smatch match; rest != text.cend(); rest = match[0].second) {
    if (!std::regex_search(rest, text.cend(), match, kLabel,
                           std::regex_constants::match_continuous)) {
      refuse("bad labels", line);
    }
    if (!labels.emplace(match[1], match[2]).second) refuse("a label twice", line);
  }
  return labels;
}

}  // namespace

Exposition Exposition::parse(std::string_view text) {
  if (text.empty() || text.back() != '\n') throw std::runtime_error("no line end at the end");
  Exposition parsed;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) parsed.add_line(line);
  parsed.check_histograms();
  return parsed;
}

void Exposition::add_line(const std::string& line) {
  if (line.starts_with("#")) {
    begin_family(line);
  } else {
    add_sample(line);
  }
}

void Exposition::begin_family(const std::string& line) {
  static const std::regex kHelp(R"(# HELP (stagedoor_[a-z0-9_]+) \S.*)");
  static const std::regex kType(R"(# TYPE (\S+) (counter|gauge|histogram))");
  std::smatch match;
  if (std::regex_match(line, match, kHelp)) {
    family_ = match[1];
    has_type_ = false;
    if (!families_.emplace(family_, "").second) refuse("a family in two places", line);
  } else if (std::regex_match(line, match, kType)) {
    if (match[1] != family_ || has_type_) refuse("TYPE without its HELP", line);
    families_[family_] = match[2];
    has_type_ = true;
    if ((match[2] == "counter") != family_.ends_with("_total"))
      refuse("counters, and no others, end in _total", line);
  } else {
    refuse("neither HELP nor TYPE", line);
  }
}

void Exposition::add_sample(const std::string& line) {
  static const std::regex kSample(R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+))");
  std::smatch match;
  if (!std::regex_match(line, match, kSample)) refuse("no sample", line);
  if (!has_type_) refuse("a sample without TYPE", line);
  const std::string name = match[1];
  const std::string& type = families_[family_];
  const bool of_histogram =
      type == "histogram" &&
      (name == family_ + "_bucket" || name == family_ + "_sum" || name == family_ + "_count");
  if (type == "histogram" ? !of_histogram : name != family_) {
    refuse("a sample of another family", line);
  }
  const double value = parse_value(match[4]);
  if (type != "gauge" && value < 0) refuse("a count below zero", line);
  if (!series_.emplace(std::pair(name, parse_labels(match[3], line)), value).second) {
    refuse("a series twice", line);
  }
}

void Exposition::check_histograms() const {
  for (const auto& [family, type] : families_) {
    if (type != "histogram") continue;
    std::map<Labels, std::vector<std::pair<double, double>>> buckets;
    for (const auto& [key, value] : series_) {
      if (key.first != family + "_bucket") continue;
      Labels labels = key.second;
      const auto bound = labels.extract("le");
      if (!bound) refuse("a bucket without le", family);
      buckets[labels].emplace_back(parse_value(bound.mapped()), value);
    }
    for (auto& [labels, counts] : buckets) {
      std::sort(counts.begin(), counts.end());
      const bool ascend = std::is_sorted(counts.begin(), counts.end(),
                                         [](auto& a, auto& b) { return a.second < b.second; });
      if (!ascend) refuse("buckets that do not ascend", family);
      if (counts.back().first != std::numeric_limits<double>::infinity() ||
          counts.back().second != series_.at({family + "_count", labels})) {
        refuse("the last bucket is not the count", family);
      }
      if (!series_.contains({family + "_sum", labels})) refuse("no sum", family);
    }
  }
}

double Exposition::value(const std::string& name, const Labels& labels) const {
  const auto found = series_.find({name, labels});
  return found == series_.end() ? 0 : found->second;
}

double Exposition::sum(const std::string& name, const Labels& labels) const {
  double total = 0;
  for (const auto& [key, value] : series_) {
    const bool matches = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      const auto found = key.second.find(label.first);
      return found != key.second.end() && found->second == label.second;
    });
    if (key.first == name && matches) total += value;
  }
  return total;
}

}  // namespace stagedoor::testing
