#include "operations/line_reader.h"

#include <algorithm>

namespace stagedoor::operations {
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

}  // namespace

Outcome<LineSnapshot> LineReader::ask_database(ConcertId concert_id, bool may_publish) {
  std::optional<std::string> text;
  database_.query(kSelectSnapshot, concert_id).read_first(text);
  const auto line = text ? LineSnapshot::decode(*text) : std::nullopt;
  if (line && database_.estimated_now() - line->at < kAdvanceEvery) {
    if (may_publish) publish_line(memcached_, concert_id, *line);
    return *line;
  }
  return advance_line(database_, memcached_, concert_id, {.younger_than = kAdvanceEvery});
}

// A memcached that could not be reached for a moment may still hold what it held before. Whoever
// has served a newer snapshot since does not step back, and puts it right for the others.
void LineReader::replace_outdated(ConcertId concert_id, LineSnapshot& cached) {
  if (served_.size() > kServedLinesMax) served_.clear();
  const LineSnapshot& served = served_[concert_id];
  if (served.version <= cached.version) return;
  cached = served;
  publish_line(memcached_, concert_id, cached);
}

Outcome<LineReader::Sight> LineReader::look(ConcertId concert_id, const std::string& mark_key) {
  auto sight = find_line(concert_id, mark_key);
  if (!sight) return sight;
  LineSnapshot& served = served_[concert_id];
  if (served.version < sight->line.version) served = sight->line;
  return sight;
}

Outcome<LineReader::Sight> LineReader::find_line(ConcertId concert_id,
                                                 const std::string& mark_key) {
  const auto values = memcached_.get({line_key(concert_id), mark_key});
  auto cached = values[0] ? LineSnapshot::decode(*values[0]) : std::nullopt;
  if (cached) replace_outdated(concert_id, *cached);
  const bool has_mark = values[1].has_value();
  const Micros age = cached ? database_.estimated_now() - cached->at : Micros::max();
  if (cached && age < kAdvanceEvery) return Sight{*cached, true, has_mark};

  const std::string lease = "lease:" + line_key(concert_id);
  const bool leased = memcached_.add(lease, "1", kLeaseExpiry);
  if (!leased && age < kSnapshotAgeMax) return Sight{*cached, true, has_mark};
  // An empty memcached has lost the marks of those who left as well. Only a new advance has counted
  // them all; with an older snapshot they would seem to wait again.
  const auto line = leased && !cached ? advance_line(database_, memcached_, concert_id)
                                      : ask_database(concert_id, cached.has_value());
  if (leased) memcached_.remove(lease);
  if (!line) return line.error();
  return Sight{*line, cached.has_value(), has_mark};
}

std::optional<DepartedPlaces> LineReader::departures(ConcertId concert_id, const LineSnapshot& line,
                                                     Place place) {
  const LineSnapshot::Block* block = line.block_of(place);
  if (block == nullptr) return std::nullopt;
  if (known_blocks_.size() > kKnownBlocksMax) known_blocks_.clear();
  KnownBlock& known = known_blocks_[{concert_id, block->block}];
  if (known.revision == block->revision) return known.departed;

  const std::string key = block_key(concert_id, block->block, block->revision);
  auto bits = memcached_.get(key);
  if (!bits || bits->size() != DepartedPlaces::kBytes) {
    std::int64_t revision = 0;
    std::string stored;
    if (!database_.query(kSelectBlock, concert_id, block->block).read_first(revision, stored)) {
      return std::nullopt;  // the front has passed the whole block since
    }
    bits = std::move(stored);
    if (revision == block->revision) memcached_.set(key, *bits, kBlockExpiry);
  }
  known = {block->revision, DepartedPlaces(std::move(*bits))};
  return known.departed;
}

}  // namespace stagedoor::operations
