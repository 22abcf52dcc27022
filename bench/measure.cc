#include "measure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/json_writer.h"

namespace stagedoor::bench {
namespace {

std::string fixed(double value, int decimals) {
  std::array<char, 64> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

std::string with_unit(double value, const std::string& unit) {
  return number_text(value) + (unit.starts_with('/') || unit.empty() ? "" : " ") + unit;
}

}  // namespace

double percentile(std::vector<double> values, int percent) {
  if (values.empty()) return 0;
  const std::size_t at =
      std::min(values.size() - 1, values.size() * static_cast<std::size_t>(percent) / 100);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double milliseconds(Micros time) { return static_cast<double>(time.count()) / 1'000; }

std::vector<Compared> compare(int rounds, const Slice& subject, const Slice& ceiling) {
  std::vector<std::vector<double>> values;
  std::vector<std::vector<double>> ceilings;
  std::vector<std::vector<double>> ratios;
  for (int round = 0; round < rounds; ++round) {
    const auto first = subject();
    const auto first_ceiling = ceiling();
    const auto second_ceiling = ceiling();
    const auto second = subject();
    values.resize(first.size());
    ceilings.resize(first.size());
    ratios.resize(first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      values[i].push_back((first[i] + second[i]) / 2);
      ceilings[i].push_back((first_ceiling[i] + second_ceiling[i]) / 2);
      ratios[i].push_back(values[i].back() / ceilings[i].back());
    }
  }
  std::vector<Compared> compared;
  for (std::size_t i = 0; i < values.size(); ++i) {
    compared.push_back({median(values[i]), median(ceilings[i]), median(ratios[i])});
  }
  return compared;
}

std::string number_text(double value) {
  if (value < 100) return fixed(value, value < 0.1 && value > 0 ? 4 : 2);
  const std::string digits = fixed(value, 0);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string as_table(const std::vector<Line>& lines) {
  std::string text =
      "| measure | value | ceiling | ratio | goal | met |\n|---|---|---|---|---|---|\n";
  for (const Line& line : lines) {
    text += "| " + line.measure + " | " + with_unit(line.value, line.unit) + " | ";
    if (line.compared) text += with_unit(line.compared->ceiling, line.unit);
    text += " | ";
    if (line.compared) text += fixed(line.compared->ratio, 2);
    text += " | " + line.goal + " | ";
    if (line.met) text += *line.met ? "yes" : "NO";
    text += " |\n";
  }
  return text;
}

std::string as_json(const std::vector<Line>& lines) {
  const auto number = [](std::optional<double> value) {
    return value && std::isfinite(*value) ? fixed(*value, 6) : std::string("null");
  };
  JsonWriter json;
  json.begin_array();
  for (const Line& line : lines) {
    const auto& compared = line.compared;
    json.begin_object().field("measure", line.measure).field("unit", line.unit);
    json.key("value").raw(number(line.value));
    json.key("ceiling").raw(number(compared ? std::optional(compared->ceiling) : std::nullopt));
    json.key("ratio").raw(number(compared ? std::optional(compared->ratio) : std::nullopt));
    json.field("goal", line.goal).field("met", line.met).end_object();
  }
  return json.end_array().take() + "\n";
}

}  // namespace stagedoor::bench
