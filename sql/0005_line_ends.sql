-- Each end of a line: a sale that sells out, opens again and closes has ended its line twice, and
-- whoever waited at the first end reads its reason ever after.
CREATE TABLE line_ends (
  concert_id  BIGINT      NOT NULL,
  ended_place BIGINT      NOT NULL,   -- every token up to here, behind the end before, has ended
  reason      ENUM('SOLD_OUT', 'SALE_CLOSED') NOT NULL,   -- its row may not say so yet
  ended_at    DATETIME(6) NOT NULL,
  PRIMARY KEY (concert_id, ended_place)
) ENGINE = InnoDB;

INSERT INTO line_ends (concert_id, ended_place, reason, ended_at)
SELECT concert_id, ended_place, ended_reason, line_ended_at FROM queues WHERE ended_place > 0;

-- ended_reason and line_ended_at of queues say nothing any more. Processes of the version before
-- still read them while they are replaced: a later version takes them away.
