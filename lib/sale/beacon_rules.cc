#include "sale/beacon_rules.h"

#include <string_view>

namespace stagedoor {
namespace {

struct Chain {
  std::string_view hash;
  std::int64_t genesis_s;  // since 1970
  std::int64_t period_s;
};

// The networks of the League of Entropy: quicknet, and the default one.
constexpr Chain kChains[] = {
    {"52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971", 1'692'803'367, 3},
    {"8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce", 1'595'431'050, 30}};

}  // namespace

std::optional<Time> beacon_due_at(const std::string& chain, std::int64_t round) {
  for (const Chain& known : kChains) {
    if (known.hash != chain) continue;
    return Time{std::chrono::seconds{known.genesis_s + (round - 1) * known.period_s}};
  }
  return std::nullopt;
}

}  // namespace stagedoor
