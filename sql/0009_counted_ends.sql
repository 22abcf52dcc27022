-- An advance counts what changed, not who is inside.

-- Every token that ends outside of an advance is a departure now, also an ACTIVE one.
ALTER TABLE queue_departures
  ADD COLUMN was_active BOOLEAN NOT NULL DEFAULT FALSE AFTER place,
  DROP KEY by_count,
  DROP COLUMN counted_in;

-- ACTIVE tokens behind ended_place, and those among the departures that were.
ALTER TABLE queues ADD COLUMN active INT NOT NULL DEFAULT 0 AFTER ended_place;
UPDATE queues q SET active = (SELECT COUNT(*) FROM queue_tokens t
  WHERE t.concert_id = q.concert_id AND t.status = 'ACTIVE' AND t.place > q.ended_place);

-- The admissions of the last minute are summed from the index alone.
ALTER TABLE admissions DROP KEY by_time, ADD KEY by_time (concert_id, admitted_at, admitted);
