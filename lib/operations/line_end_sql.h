#pragma once

// Why the line of a concert ended for a place, as an SQL expression; NULL while it has not. It is
// the first end behind the place that counts.
#define LINE_END_REASON(concert_id, place)                             \
  "(SELECT e.reason FROM line_ends e WHERE e.concert_id = " concert_id \
  " AND e.ended_place >= " place " ORDER BY e.ended_place LIMIT 1)"
