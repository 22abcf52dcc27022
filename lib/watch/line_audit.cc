#include "watch/line_audit.h"

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "db/columns.h"
#include "line/snapshot_rules.h"
#include "watch/admissions_audit.h"
#include "watch/log_audit.h"

namespace stagedoor::watch {
namespace {

constexpr const char* kWhat = "lines";

// Of queues.active what departed is not counted off yet. The index is named so that those who are
// inside are looked at, and not all places behind the mark.
constexpr const char* kActiveCounted =
    "SELECT CONCAT('concert ', concert_id, ': ', active, ' less ', gone, ', tokens ', inside) FROM"
    " (SELECT q.concert_id, q.active, (SELECT COUNT(*) FROM queue_departures d"
    "   WHERE d.concert_id = q.concert_id AND d.place > q.ended_place AND d.was_active) AS gone,"
    "  (SELECT COUNT(*) FROM queue_tokens t FORCE INDEX (by_end) WHERE t.concert_id = q.concert_id"
    "   AND t.status = 'ACTIVE' AND t.place > q.ended_place) AS inside"
    "  FROM queues q WHERE q.concert_id = ?) AS counted WHERE active - gone <> inside";
constexpr const char* kTokenKnowsItsHold =
    "SELECT CONCAT('token ', HEX(t.token_id)) FROM queue_tokens t FORCE INDEX (by_end)"
    " LEFT JOIN reservations r ON r.reservation_id = t.hold_id"
    " WHERE t.concert_id = ? AND t.status = 'ACTIVE' AND t.hold_id IS NOT NULL"
    " AND (r.reservation_id IS NULL OR r.token_id <> t.token_id"
    "  OR (r.status <> 'HELD' AND r.held_until > SYSDATE(6))"
    "  OR r.held_until <> t.held_until) LIMIT 10";
constexpr const char* kOneLiveToken =
    "SELECT CONCAT('user ', HEX(t.user_id), ' concert ', t.concert_id, ': ', COUNT(*))"
    " FROM queue_tokens t FORCE INDEX (one_token_per_place) STRAIGHT_JOIN queue_tokens o ON "
    "o.user_id = t.user_id"
    " AND o.concert_id = t.concert_id AND o.live = TRUE"
    " WHERE t.concert_id = ? AND t.place > ? AND t.place <= ? AND t.live = TRUE"
    " GROUP BY t.token_id HAVING COUNT(*) > 1 LIMIT 10";

struct LineRow {
  Entry last;
  std::optional<Place> front_place;
  std::optional<Entry> ended;
};
const db::Select<LineRow> kSelectLine({{"n.last_place", &LineRow::last},
                                       {"q.front_place", &LineRow::front_place},
                                       {"q.ended_place", &LineRow::ended}},
                                      "FROM queue_counters n LEFT JOIN queues q"
                                      " ON q.concert_id = n.concert_id WHERE n.concert_id = ?");

struct TokenRow {
  proof::LogEntry entry;
  TokenRecord::Stored status = TokenRecord::Stored::kWaiting;
  std::optional<std::int64_t> admitted_in;
  std::optional<Time> ended_at;
};
const db::Columns<proof::LogEntry> kEntryColumns = {{"place", &proof::LogEntry::entry},
                                                    {"token_id", &proof::LogEntry::token_id},
                                                    {"issued_at", &proof::LogEntry::issued_at}};
const db::Select<TokenRow> kSelectTokens(
    {{&TokenRow::entry, kEntryColumns},
     {"status", &TokenRow::status},
     {"admitted_in", &TokenRow::admitted_in},
     {"ended_at", &TokenRow::ended_at}},
    "FROM queue_tokens FORCE INDEX (one_token_per_place)"
    " WHERE concert_id = ? AND place > ? AND place <= ? ORDER BY place");
constexpr const char* kSelectStray =
    "SELECT CONCAT('concert ', t.concert_id, ' place ', t.place, ' was not given out')"
    " FROM queue_tokens t WHERE t.concert_id = ? AND (t.place < 1 OR t.place >"
    "  COALESCE((SELECT last_place FROM queue_counters n WHERE n.concert_id = t.concert_id), 0))"
    " LIMIT 10";
constexpr const char* kSelectBlocks =
    "SELECT block, departed FROM queue_blocks WHERE concert_id = ? AND block >= ? AND block <= ?";
constexpr const char* kSelectDepartures =
    "SELECT place FROM queue_departures WHERE concert_id = ? AND place > ? AND place <= ?"
    " AND NOT was_active ORDER BY place";
constexpr const char* kSelectDepartedBehind =
    "SELECT CONCAT('concert ', concert_id, ' block ', block, ' was not given out')"
    " FROM queue_blocks WHERE concert_id = ? AND block > ?"
    " AND departed <> REPEAT(CHAR(0), LENGTH(departed)) LIMIT 10";

// Who of the entries in (after, upto], a block, is counted as having left while waiting. A draw has
// spread them over all blocks.
class Departed {
 public:
  Departed(db::Snapshot& snapshot, ConcertId concert_id, Entry after, Entry upto,
           const std::optional<proof::DrawOrder>& drawn)
      : drawn_(drawn) {
    const std::int64_t block = DepartedPlaces::block_of(Place{upto.value});
    const std::int64_t last = drawn ? std::numeric_limits<std::int64_t>::max() : block;
    for (db::Rows rows = snapshot.query(kSelectBlocks, concert_id, drawn ? 0 : block, last);
         rows.next();) {
      std::int64_t number = 0;
      std::string bits;
      rows.read(number, bits);
      if (bits.size() == DepartedPlaces::kBytes) counted_[number] = DepartedPlaces(std::move(bits));
    }
    for (db::Rows rows = snapshot.query(kSelectDepartures, concert_id, after, upto); rows.next();) {
      rows.read(uncounted_.emplace_back());
    }
  }

  [[nodiscard]] Place place_of(Entry entry) const {
    return drawn_ ? drawn_->place_of(entry) : Place{entry.value};
  }
  [[nodiscard]] bool contains(Entry entry) const {
    const Place place = place_of(entry);
    const auto block = counted_.find(DepartedPlaces::block_of(place));
    return (block != counted_.end() && block->second.contains(place)) ||
           std::binary_search(uncounted_.begin(), uncounted_.end(), entry);
  }
  // Whether the places of these entries are in their order.
  [[nodiscard]] bool in_order() const { return !drawn_; }

 private:
  std::optional<proof::DrawOrder> drawn_;
  std::map<std::int64_t, DepartedPlaces> counted_;
  std::vector<Entry> uncounted_;
};

class LineAudit {
 public:
  LineAudit(AuditRun& run, ConcertId concert_id)
      : run_(run), id_(concert_id), admissions_(run, concert_id), log_(run, concert_id) {}

  void audit() {
    Entry last;
    run_.slice(kWhat, [&](db::Snapshot& snapshot) {
      last = kSelectLine.first(snapshot, id_).value_or(LineRow{}).last;
      log_.read(snapshot);
      run_.check(Invariant::kPlacesDense, snapshot.query(kSelectStray, id_));
      run_.check(Invariant::kActiveCounted, snapshot.query(kActiveCounted, id_));
      run_.check(Invariant::kTokenKnowsItsHold, snapshot.query(kTokenKnowsItsHold, id_));
      return 1;
    });
    admissions_.read();
    const std::int64_t last_block = DepartedPlaces::block_of(Place{last.value});
    for (std::int64_t block = 0; block <= last_block; ++block) audit_block(block);
    run_.slice(kWhat, [&](db::Snapshot& snapshot) {
      run_.check(Invariant::kWaitingNotDeparted,
                 snapshot.query(kSelectDepartedBehind, id_, last_block + 1));
      return 0;
    });
    admissions_.finish();
  }

 private:
  void audit_block(std::int64_t block) {
    const Entry after{block * DepartedPlaces::kPlaces - 1};
    const Entry upto{after.value + DepartedPlaces::kPlaces};
    run_.slice(kWhat, [&](db::Snapshot& snapshot) {
      const LineRow line = kSelectLine.first(snapshot, id_).value_or(LineRow{});
      const Departed departed(snapshot, id_, after, upto, find_drawn_order(snapshot, id_));
      run_.check(Invariant::kOneLiveToken, snapshot.query(kOneLiveToken, id_, after, upto));
      Entry expected{std::max<std::int64_t>(after.value + 1, 1)};
      std::int64_t count = 0;
      kSelectTokens.each(
          [&](const TokenRow& row) {
            const Entry entry{row.entry.entry};
            audit_gap(expected, entry, line, departed);
            audit_token(row, line, departed);
            expected.value = entry.value + 1;
            ++count;
            return true;
          },
          snapshot, id_, after, upto);
      audit_gap(expected, Entry{upto.value + 1}, line, departed);
      return count;
    });
  }

  // The entries from `from` on and before `end`, which have no token.
  void audit_gap(Entry from, Entry end, const LineRow& line, const Departed& departed) {
    for (Entry entry = from; entry < end; ++entry.value) {
      if (entry <= line.last) violated(Invariant::kPlacesDense, entry, "no token");
      if (departed.place_of(entry) > line.front_place.value_or(Place{}) &&
          departed.contains(entry)) {
        violated(Invariant::kWaitingNotDeparted, entry, "departed without a token");
      }
    }
  }

  void audit_token(const TokenRow& row, const LineRow& line, const Departed& departed) {
    const Entry entry{row.entry.entry};
    const Place place = departed.place_of(entry);
    const Place front = line.front_place.value_or(Place{});
    const bool waits = row.status == TokenRecord::Stored::kWaiting;
    const Time issued_at = row.entry.issued_at;
    if (issued_at < issued_at_) {
      violated(Invariant::kPlacesInOrderOfIssue, entry,
               "issued at " + to_sql(issued_at) + ", the one before at " + to_sql(issued_at_));
    }
    issued_at_ = issued_at;
    log_.take(row.entry);
    const bool has_ended = entry <= line.ended.value_or(Entry{});
    if (waits && place <= front && !has_ended) {
      violated(Invariant::kNobodyBehindTheFront, entry, "the front is at " + text(front));
    }
    if (place > front && !has_ended && departed.contains(entry) != !waits) {
      violated(waits ? Invariant::kWaitingNotDeparted : Invariant::kDepartedNotWaiting, entry,
               std::string(text_of(row.status)));
    }
    if (row.admitted_in) {
      const bool expired = row.status == TokenRecord::Stored::kExpired;
      admissions_.take(place, *row.admitted_in, expired ? row.ended_at : std::nullopt,
                       departed.in_order());
    }
  }

  void violated(Invariant invariant, Entry entry, const std::string& what) {
    run_.violated(invariant, "concert " + text(id_) + " place " + text(entry) + ": " + what);
  }
  template <typename Kind>
  static std::string text(Number<Kind> number) {
    return std::to_string(number.value);
  }

  AuditRun& run_;
  ConcertId id_;
  AdmissionsAudit admissions_;
  LogAudit log_;
  Time issued_at_ = Time::min();  // of the place before
};

}  // namespace

void audit_line(AuditRun& run, ConcertId concert_id) { LineAudit(run, concert_id).audit(); }

}  // namespace stagedoor::watch
