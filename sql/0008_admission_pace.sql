-- The pace in force at each admission: with its time and number the proof that it was kept. Of what
-- was let in before this it is not known (0, without a pace).
ALTER TABLE admissions ADD COLUMN admit_per_minute INT NOT NULL DEFAULT 0 AFTER max_active;

-- The bucket belongs to the last admission now.
UPDATE queues q SET credited_at = GREATEST(q.credited_at, COALESCE(
  (SELECT MAX(a.admitted_at) FROM admissions a WHERE a.concert_id = q.concert_id), q.credited_at));
