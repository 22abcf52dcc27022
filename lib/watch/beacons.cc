#include "watch/beacons.h"

#include <algorithm>
#include <vector>

#include "base/encoding.h"
#include "base/log.h"
#include "db/columns.h"
#include "line/draw.h"
#include "watch/http_client.h"

namespace stagedoor::watch {
namespace {

// Several lines may wait for one round.
struct AwaitedRound {
  ConcertId concert_id;
  std::string chain;
  std::int64_t round = 0;
};
const db::Select<AwaitedRound> kSelectAwaited(
    {{"c.concert_id", &AwaitedRound::concert_id},
     {"c.beacon_chain", &AwaitedRound::chain},
     {"c.beacon_round", &AwaitedRound::round}},
    "FROM draws d JOIN concerts c ON c.concert_id = d.concert_id"
    " WHERE d.seed IS NULL AND d.beacon_value IS NULL AND c.line_order = 'lottery'"
    " AND c.beacon_due_at <= SYSDATE(6) AND c.last_date_at > SYSDATE(6)"
    " ORDER BY c.beacon_chain, c.beacon_round");

// What stands behind `"name":`, up to the end of the value; of a text what is in its quotes.
// Nothing when the answer ends before that.
std::string_view member_of(std::string_view json, const std::string& name) {
  const auto at = json.find('"' + name + '"');
  if (at == json.npos) return {};
  json.remove_prefix(at + name.size() + 2);
  json.remove_prefix(std::min(json.size(), json.find_first_not_of(" \t\r\n:")));
  const bool is_text = json.starts_with('"');
  if (is_text) json.remove_prefix(1);
  const auto end = is_text ? json.find('"') : json.find_first_of(" \t\r\n,}");
  return end == json.npos ? std::string_view{} : json.substr(0, end);
}

}  // namespace

std::optional<proof::Hash> read_beacon(std::string_view answer, std::int64_t round) {
  const auto signature = parse_hex(member_of(answer, "signature"));
  const std::string_view randomness = member_of(answer, "randomness");
  if (parse_integer(member_of(answer, "round")) != round || !signature || signature->empty()) {
    return std::nullopt;
  }
  const proof::Hash value = proof::sha256(*signature);
  if (!randomness.empty() && parse_hex(randomness) != proof::bytes_of(value)) return std::nullopt;
  return value;
}

std::int64_t note_beacons(db::Connection& database, const std::string& url) {
  std::int64_t noted = 0;
  std::string asked;
  std::optional<proof::Hash> value;
  for (const AwaitedRound& awaited : kSelectAwaited.all(database)) {
    const std::string address =
        url + "/" + awaited.chain + "/public/" + std::to_string(awaited.round);
    if (address != asked) {
      std::string answer;
      const std::string error = get_text(address, answer);
      value = error.empty() ? read_beacon(answer, awaited.round) : std::nullopt;
      if (!value) log::event(log::Level::kWarning, "no random value from " + address, error);
      asked = address;
    }
    if (!value) continue;
    line::note_beacon(database, awaited.concert_id, *value);
    ++noted;
  }
  return noted;
}

}  // namespace stagedoor::watch
