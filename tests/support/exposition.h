#pragma once

#include <map>
#include <string>
#include <string_view>

namespace stagedoor::testing {

// Metrics in Prometheus' text format 0.0.4, read strictly.
class Exposition {
 public:
  using Labels = std::map<std::string, std::string>;

  // Throws std::runtime_error naming the line for whatever the format forbids: a sample without
  // HELP and TYPE right before its family, a family in two places, a series twice, a name or value
  // that is none, a counter that is not called _total, a histogram whose buckets do not ascend or
  // whose last one is not its count.
  static Exposition parse(std::string_view text);

  // Their types by their names.
  [[nodiscard]] const std::map<std::string, std::string>& families() const { return families_; }
  [[nodiscard]] bool has(const std::string& family) const { return families_.contains(family); }
  // 0 when there is no such series.
  [[nodiscard]] double value(const std::string& name, const Labels& labels = {}) const;
  // Over all series of that name whose labels contain these.
  [[nodiscard]] double sum(const std::string& name, const Labels& labels = {}) const;

 private:
  void add_line(const std::string& line);
  void begin_family(const std::string& line);
  void add_sample(const std::string& line);
  void check_histograms() const;

  std::map<std::string, std::string> families_;
  std::map<std::pair<std::string, Labels>, double> series_;
  std::string family_;  // of the lines that follow
  bool has_type_ = false;
};

}  // namespace stagedoor::testing
