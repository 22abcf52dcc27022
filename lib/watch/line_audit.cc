#include "watch/line_audit.h"

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "db/columns.h"
#include "line/snapshot_rules.h"
#include "watch/admissions_audit.h"

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
  Place last_place;
  std::optional<Place> front_place;
  std::optional<Place> ended_place;
};
const db::Select<LineRow> kSelectLine({{"n.last_place", &LineRow::last_place},
                                       {"q.front_place", &LineRow::front_place},
                                       {"q.ended_place", &LineRow::ended_place}},
                                      "FROM queue_counters n LEFT JOIN queues q"
                                      " ON q.concert_id = n.concert_id WHERE n.concert_id = ?");

struct PlaceRow {
  Place place;
  TokenRecord::Stored status = TokenRecord::Stored::kWaiting;
  Time issued_at;
  std::optional<std::int64_t> admitted_in;
  std::optional<Time> ended_at;
};
const db::Select<PlaceRow> kSelectPlaces(
    {{"place", &PlaceRow::place},
     {"status", &PlaceRow::status},
     {"issued_at", &PlaceRow::issued_at},
     {"admitted_in", &PlaceRow::admitted_in},
     {"ended_at", &PlaceRow::ended_at}},
    "FROM queue_tokens FORCE INDEX (one_token_per_place)"
    " WHERE concert_id = ? AND place > ? AND place <= ? ORDER BY place");
constexpr const char* kSelectStray =
    "SELECT CONCAT('concert ', t.concert_id, ' place ', t.place, ' was not given out')"
    " FROM queue_tokens t WHERE t.concert_id = ? AND (t.place < 1 OR t.place >"
    "  COALESCE((SELECT last_place FROM queue_counters n WHERE n.concert_id = t.concert_id), 0))"
    " LIMIT 10";
constexpr const char* kSelectBlock =
    "SELECT departed FROM queue_blocks WHERE concert_id = ? AND block = ?";
constexpr const char* kSelectDepartures =
    "SELECT place FROM queue_departures WHERE concert_id = ? AND place > ? AND place <= ?"
    " AND NOT was_active ORDER BY place";
constexpr const char* kSelectDepartedBehind =
    "SELECT CONCAT('concert ', concert_id, ' block ', block, ' was not given out')"
    " FROM queue_blocks WHERE concert_id = ? AND block > ?"
    " AND departed <> REPEAT(CHAR(0), LENGTH(departed)) LIMIT 10";

// Who is counted as having left while waiting.
class Departed {
 public:
  Departed(db::Snapshot& snapshot, ConcertId concert_id, Place after, Place upto) {
    std::string bits;
    const std::int64_t block = DepartedPlaces::block_of(upto);
    if (snapshot.query(kSelectBlock, concert_id, block).read_first(bits) &&
        bits.size() == DepartedPlaces::kBytes) {
      counted_ = DepartedPlaces(std::move(bits));
    }
    for (db::Rows rows = snapshot.query(kSelectDepartures, concert_id, after, upto); rows.next();) {
      Place place;
      rows.read(place);
      counted_.add(place);
    }
  }
  [[nodiscard]] bool contains(Place place) const { return counted_.contains(place); }

 private:
  DepartedPlaces counted_;
};

class LineAudit {
 public:
  LineAudit(AuditRun& run, ConcertId concert_id)
      : run_(run), id_(concert_id), admissions_(run, concert_id) {}

  void audit() {
    Place last_place;
    run_.slice(kWhat, [&](db::Snapshot& snapshot) {
      last_place = kSelectLine.first(snapshot, id_).value_or(LineRow{}).last_place;
      run_.check(Invariant::kPlacesDense, snapshot.query(kSelectStray, id_));
      run_.check(Invariant::kActiveCounted, snapshot.query(kActiveCounted, id_));
      run_.check(Invariant::kTokenKnowsItsHold, snapshot.query(kTokenKnowsItsHold, id_));
      return 1;
    });
    admissions_.read();
    const std::int64_t last_block = DepartedPlaces::block_of(last_place);
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
    const Place after{block * DepartedPlaces::kPlaces - 1};
    const Place upto{after.value + DepartedPlaces::kPlaces};
    run_.slice(kWhat, [&](db::Snapshot& snapshot) {
      const LineRow line = kSelectLine.first(snapshot, id_).value_or(LineRow{});
      const Departed departed(snapshot, id_, after, upto);
      run_.check(Invariant::kOneLiveToken, snapshot.query(kOneLiveToken, id_, after, upto));
      Place expected{std::max<std::int64_t>(after.value + 1, 1)};
      std::int64_t count = 0;
      kSelectPlaces.each(
          [&](const PlaceRow& row) {
            audit_gap(expected, row.place, line, departed);
            audit_place(row, line, departed);
            expected.value = row.place.value + 1;
            ++count;
            return true;
          },
          snapshot, id_, after, upto);
      audit_gap(expected, Place{upto.value + 1}, line, departed);
      return count;
    });
  }

  // The places from `from` on and before `end`, which have no token.
  void audit_gap(Place from, Place end, const LineRow& line, const Departed& departed) {
    for (Place place = from; place < end; ++place.value) {
      if (place <= line.last_place) violated(Invariant::kPlacesDense, place, "no token");
      if (place > line.front_place.value_or(Place{}) && departed.contains(place)) {
        violated(Invariant::kWaitingNotDeparted, place, "departed without a token");
      }
    }
  }

  void audit_place(const PlaceRow& row, const LineRow& line, const Departed& departed) {
    const Place front = line.front_place.value_or(Place{});
    const bool waits = row.status == TokenRecord::Stored::kWaiting;
    if (row.issued_at < issued_at_) {
      violated(Invariant::kPlacesInOrderOfIssue, row.place,
               "issued at " + to_sql(row.issued_at) + ", the one before at " + to_sql(issued_at_));
    }
    issued_at_ = row.issued_at;
    if (waits && row.place <= front && row.place > line.ended_place.value_or(Place{})) {
      violated(Invariant::kNobodyBehindTheFront, row.place, "the front is at " + text(front));
    }
    if (row.place > front && departed.contains(row.place) != !waits) {
      violated(waits ? Invariant::kWaitingNotDeparted : Invariant::kDepartedNotWaiting, row.place,
               std::string(text_of(row.status)));
    }
    if (row.admitted_in) {
      admissions_.take(row.place, *row.admitted_in,
                       row.status == TokenRecord::Stored::kExpired ? row.ended_at : std::nullopt);
    }
  }

  void violated(Invariant invariant, Place place, const std::string& what) {
    run_.violated(invariant, "concert " + text(id_) + " place " + text(place) + ": " + what);
  }
  template <typename Kind>
  static std::string text(Number<Kind> number) {
    return std::to_string(number.value);
  }

  AuditRun& run_;
  ConcertId id_;
  AdmissionsAudit admissions_;
  Time issued_at_ = Time::min();  // of the place before
};

}  // namespace

void audit_line(AuditRun& run, ConcertId concert_id) { LineAudit(run, concert_id).audit(); }

}  // namespace stagedoor::watch
