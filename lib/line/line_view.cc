#include "line/line_view.h"

#include <algorithm>

#include "base/after_commit.h"
#include "base/encoding.h"
#include "cache/versioned.h"
#include "line/log.h"

namespace stagedoor::line {
namespace {

// A line is advanced once a second while anybody polls.
constexpr Micros kAdvanceEvery = std::chrono::seconds{1};
// A poller serves no snapshot older than this; what is left of two seconds is for the answer's way.
constexpr Micros kSnapshotAgeMax = std::chrono::milliseconds{1'800};
// An advance takes milliseconds; a poller that died with the lease delays the others by this much.
constexpr std::chrono::seconds kLeaseExpiry{2};
constexpr std::chrono::seconds kBlockExpiry{600};
// What one process remembers: 1 KiB for a block, up to 4 KiB for a line of a million.
constexpr std::size_t kKnownBlocksMax = 512;
constexpr std::size_t kServedLinesMax = 256;

constexpr const char* kSelectSnapshot = "SELECT snapshot FROM queues WHERE concert_id = ?";
constexpr const char* kSelectBlock =
    "SELECT revision, departed FROM queue_blocks WHERE concert_id = ? AND block = ?";

std::string block_key(ConcertId id, std::int64_t block, std::int64_t revision) {
  return "departed:" + std::to_string(id.value) + ":" + std::to_string(block) + ":" +
         std::to_string(revision);
}

std::vector<Entry> parse_entries(std::string_view text) {
  std::vector<Entry> entries;
  for (auto end = text.find(' '); end != std::string_view::npos; end = text.find(' ')) {
    if (const auto entry = parse_integer(text.substr(0, end))) entries.push_back(Entry{*entry});
    text.remove_prefix(end + 1);
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace

std::string token_key(TokenId id) { return "token:" + id.text(); }

Outcome<LineSnapshot> LineViews::ask_database(ConcertId concert_id, bool may_publish) {
  std::optional<std::string> text;
  database_.query(kSelectSnapshot, concert_id).read_first(text);
  const auto line = text ? LineSnapshot::decode(*text) : std::nullopt;
  if (line && is_younger(line->at, database_.estimated_now(), kAdvanceEvery)) {
    if (may_publish) publish_line(memcached_, database_, concert_id, *line);
    return *line;
  }
  return advance_line(database_, memcached_, concert_id, {.younger_than = kAdvanceEvery});
}

bool LineViews::is_fresh(const View& view) {
  return view.cached && monotonic_now() - view.asked_at < kViewAge &&
         is_younger(view.line->at, database_.estimated_now(), kAdvanceEvery);
}

// A memcached that could not be reached for a moment may still hold what it held before. Whoever
// has served a newer snapshot since does not step back, and puts it right for the others.
std::optional<LineSnapshot> LineViews::newest(ConcertId concert_id, const View& view,
                                              const std::optional<std::string>& text) {
  auto cached = text ? LineSnapshot::decode(*text) : std::nullopt;
  if (!cached || !view.line || view.line->version <= cached->version) return cached;
  publish_line(memcached_, database_, concert_id, *view.line);
  return *view.line;
}

// Shows `cached` unless it is due, and this process is the one to see to that, or it is too old.
Outcome<LineSnapshot> LineViews::line_to_show(ConcertId concert_id,
                                              const std::optional<LineSnapshot>& cached) {
  const auto is_fresh = [&](Micros age_max) {
    return cached && is_younger(cached->at, database_.estimated_now(), age_max);
  };
  if (is_fresh(kAdvanceEvery)) return *cached;
  const std::string lease = "lease:" + line_key(concert_id);
  const bool leased = memcached_.add(lease, "1", kLeaseExpiry);
  if (!leased && is_fresh(kSnapshotAgeMax)) return *cached;
  // An empty memcached has lost the marks of those who left as well. Only a new advance has counted
  // them all; with an older snapshot they would seem to wait again.
  auto line = leased && !cached ? advance_line(database_, memcached_, concert_id)
                                : ask_database(concert_id, cached.has_value());
  if (leased) {
    memcached_.remove(lease);
    attempt_after_commit([&] { write_log(database_, concert_id, Micros{}); });
  }
  return line;
}

Outcome<const LineViews::View*> LineViews::view(ConcertId concert_id) {
  if (views_.size() > kServedLinesMax) views_.clear();
  View& view = views_[concert_id];
  if (is_fresh(view)) return &view;

  const Micros asked_at = monotonic_now();
  const std::int64_t known = view.line ? view.line->version : 0;
  // Asked in this order: who counts himself as about to change the line later than this answer
  // waits until it is forgotten.
  std::vector<std::string> keys = line_changes_keys(concert_id, database_.estimated_now());
  const auto changes = static_cast<std::ptrdiff_t>(keys.size());
  keys.insert(keys.end(), {line_key(concert_id), departed_key(concert_id, known),
                           departed_key(concert_id, known + 1)});
  const auto found = memcached_.get(keys);
  const std::vector values(found.begin() + changes, found.end());
  const auto cached = newest(concert_id, view, values[0]);
  const bool is_changing = is_line_changing({found.begin(), found.begin() + changes});
  auto line = line_to_show(concert_id, cached);
  if (!line) {
    views_.erase(concert_id);
    return line.error();
  }
  std::optional<std::string> departed;
  if (line->version == known || line->version == known + 1) {
    departed = values[line->version == known ? 1 : 2];
  } else if (cached) {
    departed = memcached_.get(departed_key(concert_id, line->version));
  }
  view = {std::make_shared<const LineSnapshot>(std::move(line.value())), cached.has_value(),
          parse_entries(departed.value_or("")), is_changing ? Micros{} : asked_at};
  return &view;
}

Outcome<LineViews::Sight> LineViews::look(ConcertId concert_id) {
  const auto view = this->view(concert_id);
  if (!view) return view.error();
  return Sight{(*view)->line, (*view)->cached, false};
}

Outcome<LineViews::Sight> LineViews::look(const QueueTokenClaims& claims) {
  const auto found = view(claims.concert_id);
  if (!found) return found.error();
  const View& view = **found;
  bool departed = std::binary_search(view.departed.begin(), view.departed.end(), claims.entry);
  if (!departed && !view.line->all_departed_counted) {
    departed =
        memcached_.get(cache::Versioned::version_entry(token_key(claims.token_id))).has_value();
  }
  return Sight{view.line, view.cached, departed};
}

const DepartedPlaces* LineViews::departures(ConcertId concert_id, const LineSnapshot& line,
                                            Place place) {
  const LineSnapshot::Block* block = line.block_of(place);
  if (block == nullptr) return nullptr;
  if (known_blocks_.size() > kKnownBlocksMax) known_blocks_.clear();
  KnownBlock& known = known_blocks_[{concert_id, block->block}];
  if (known.revision == block->revision) return &known.departed;

  const std::string key = block_key(concert_id, block->block, block->revision);
  auto bits = memcached_.get(key);
  if (!bits || bits->size() != DepartedPlaces::kBytes) {
    std::int64_t revision = 0;
    std::string stored;
    if (!database_.query(kSelectBlock, concert_id, block->block).read_first(revision, stored)) {
      return nullptr;  // the front has passed the whole block since
    }
    bits = std::move(stored);
    if (revision == block->revision) memcached_.set(key, *bits, kBlockExpiry);
  }
  known = {block->revision, DepartedPlaces(std::move(*bits))};
  return &known.departed;
}

}  // namespace stagedoor::line
