-- One line per concert: who stands where, who was let in, who left.

-- What an advance of the line decides and publishes. Locked by advances and by changes of the
-- settings; a join never waits for it.
CREATE TABLE queues (
  concert_id     BIGINT      NOT NULL PRIMARY KEY,
  version        BIGINT      NOT NULL DEFAULT 0,  -- counts the advances that changed something
  front_place    BIGINT      NOT NULL DEFAULT 0,  -- nobody at or before this place waits any more
  ended_place    BIGINT      NOT NULL DEFAULT 0,  -- every token up to here has ended, its row
  ended_reason   ENUM('SOLD_OUT', 'SALE_CLOSED') NULL,      -- may not say so yet, for this reason
  line_ended_at  DATETIME(6) NULL,                -- and since then
  tidied_place   BIGINT      NOT NULL DEFAULT 0,  -- up to here the rows do say so
  sold_out       BOOLEAN     NOT NULL DEFAULT FALSE,
  credit         BIGINT      NOT NULL DEFAULT 0,  -- of admit_per_minute; see domain/admission
  credited_at    DATETIME(6) NULL,
  snapshot       MEDIUMBLOB  NULL,                -- what pollers read; see domain/line_snapshot
  snapshot_at    DATETIME(6) NULL
) ENGINE = InnoDB;

-- The last place that was given out. A row of its own, as every join of the concert updates it.
-- Places commit in their order and without gaps: the row is locked from the draw to the commit.
CREATE TABLE queue_counters (
  concert_id BIGINT NOT NULL PRIMARY KEY,
  last_place BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB;

INSERT INTO queues (concert_id) SELECT concert_id FROM concerts;
INSERT INTO queue_counters (concert_id) SELECT concert_id FROM concerts;

CREATE TABLE queue_tokens (
  token_id       BINARY(16)  NOT NULL PRIMARY KEY,
  concert_id     BIGINT      NOT NULL,
  user_id        BINARY(16)  NOT NULL,
  place          BIGINT      NOT NULL,
  status         ENUM('WAITING', 'ACTIVE', 'EXPIRED') NOT NULL,
  live           BOOLEAN     NULL,   -- TRUE, or NULL once EXPIRED: a user has one live token
  issued_at      DATETIME(6) NOT NULL,
  admitted_at    DATETIME(6) NULL,
  admitted_in    BIGINT      NULL,   -- the admission that let it in
  claimed_at     DATETIME(6) NULL,   -- when the admitted user showed up
  active_until   DATETIME(6) NULL,   -- end of the time to show up, then of the time to finish
  held_until     DATETIME(6) NULL,   -- deadline of the open hold
  ends_at        DATETIME(6) NULL,   -- held_until if there is a hold, else active_until
  ended_at       DATETIME(6) NULL,   -- of one that ended with its line: when its line did
  expired_reason ENUM('PAID', 'HOLD_LAPSED', 'ACTIVE_LAPSED', 'NOT_CLAIMED', 'LEFT', 'SOLD_OUT',
                      'SALE_CLOSED', 'REVOKED') NULL,
  UNIQUE KEY one_token_per_place (concert_id, place),
  UNIQUE KEY one_live_token (user_id, concert_id, live),
  KEY by_end (concert_id, status, ends_at),
  CONSTRAINT live_matches_status CHECK ((status = 'EXPIRED') = (live IS NULL)),
  CONSTRAINT reason_matches_status CHECK ((status = 'EXPIRED') = (expired_reason IS NOT NULL)),
  CONSTRAINT admitted_matches_status CHECK (
    (status = 'WAITING' AND admitted_at IS NULL) OR (status = 'ACTIVE' AND admitted_at IS NOT NULL)
    OR status = 'EXPIRED')
) ENGINE = InnoDB;

-- Who let in how many, and what the limit was: the proof that it was never exceeded.
CREATE TABLE admissions (
  concert_id   BIGINT      NOT NULL,
  admission    BIGINT      NOT NULL,   -- the version of the queue that made it
  admitted_at  DATETIME(6) NOT NULL,
  admitted     INT         NOT NULL,
  front_before BIGINT      NOT NULL,   -- it let in those behind this place
  front_place  BIGINT      NOT NULL,   -- up to this one
  active_after INT         NOT NULL,
  max_active   INT         NOT NULL,
  PRIMARY KEY (concert_id, admission),
  KEY by_time (concert_id, admitted_at),
  CONSTRAINT limit_kept CHECK (active_after <= max_active)
) ENGINE = InnoDB;

-- Waiting tokens that ended, until an advance has counted them in queue_blocks.
CREATE TABLE queue_departures (
  concert_id BIGINT NOT NULL,
  place      BIGINT NOT NULL,
  counted_in BIGINT NULL,   -- the version of the queue that counts it
  PRIMARY KEY (concert_id, place),
  KEY by_count (concert_id, counted_in)
) ENGINE = InnoDB;

-- Which of the 8,192 places of a block have left the line while waiting.
CREATE TABLE queue_blocks (
  concert_id BIGINT          NOT NULL,
  block      BIGINT          NOT NULL,   -- place DIV 8192
  revision   BIGINT          NOT NULL,   -- the version of the queue that changed it last
  departed   VARBINARY(1024) NOT NULL,   -- a bit for each place
  PRIMARY KEY (concert_id, block)
) ENGINE = InnoDB;
