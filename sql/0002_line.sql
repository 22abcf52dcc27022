-- One line per concert: who stands where, who was let in, who left.

-- What an advance of the line decides and publishes. Locked by advances and by changes of the
-- settings; a join never waits for it.
CREATE TABLE queues (
  concert_id    BIGINT      NOT NULL PRIMARY KEY,
  version       BIGINT      NOT NULL DEFAULT 0,  -- counts the advances that changed something
  front_place   BIGINT      NOT NULL DEFAULT 0,  -- in the order of the line: no token at or before
                                                 -- this place waits any more
  ended_place   BIGINT      NOT NULL DEFAULT 0,  -- every token up to here has ended, see line_ends
  active        INT         NOT NULL DEFAULT 0,  -- the ACTIVE behind ended_place, and those of the
                                                 -- departures that were
  tidied_place  BIGINT      NOT NULL DEFAULT 0,  -- up to here the tokens' rows say that they ended
  sold_out      BOOLEAN     NOT NULL DEFAULT FALSE,
  credit        BIGINT      NOT NULL DEFAULT 0,  -- of the pace, see lib/line/admission_rules.h
  credited_at   DATETIME(6) NULL,                -- the last admission
  snapshot      MEDIUMBLOB  NULL,                -- what pollers read, see lib/line/snapshot_rules.h
  snapshot_at   DATETIME(6) NULL
) ENGINE = InnoDB;

-- The last place that was given out. A row of its own, as every join of the concert updates it.
-- Places commit in their order and without gaps: the row is locked from the draw to the commit.
CREATE TABLE queue_counters (
  concert_id BIGINT NOT NULL PRIMARY KEY,
  last_place BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB;

-- How much of the log of all joins is written (docs/fairness.md). Its tiles are computed from
-- queue_tokens, of which a log needs token_id, place and issued_at for ever.
CREATE TABLE line_logs (
  concert_id BIGINT      NOT NULL PRIMARY KEY,
  size       BIGINT      NOT NULL DEFAULT 0,   -- up to this place
  root       BINARY(32)  NOT NULL,             -- of the tree of that size
  frontier   MEDIUMBLOB  NOT NULL,             -- see lib/proof/merkle.h
  written_at DATETIME(6) NULL                  -- when the places up to `size` were read
) ENGINE = InnoDB;

CREATE TABLE queue_tokens (
  token_id       BINARY(16)  NOT NULL PRIMARY KEY,
  concert_id     BIGINT      NOT NULL,
  user_id        BINARY(16)  NOT NULL,
  place          BIGINT      NOT NULL,   -- in order of arrival: the API's `entry`
  status         ENUM('WAITING', 'ACTIVE', 'EXPIRED') NOT NULL,
  live           BOOLEAN     NULL,   -- TRUE, or NULL once EXPIRED: a user has one live token
  issued_at      DATETIME(6) NOT NULL,
  admitted_at    DATETIME(6) NULL,
  admitted_in    BIGINT      NULL,   -- the admission that let it in
  claimed_at     DATETIME(6) NULL,   -- when the admitted user showed up
  active_until   DATETIME(6) NULL,   -- end of the time to show up, then of the time to finish
  hold_id        BINARY(16)  NULL,   -- its open hold
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

-- Each admission with the limits in force: the proof that they were never exceeded. The advance of
-- the last minute is summed from the index alone.
CREATE TABLE admissions (
  concert_id       BIGINT      NOT NULL,
  admission        BIGINT      NOT NULL,   -- the version of the queue that made it
  admitted_at      DATETIME(6) NOT NULL,
  admitted         INT         NOT NULL,
  front_before     BIGINT      NOT NULL,   -- it let in those behind this place of the line,
  front_place      BIGINT      NOT NULL,   -- up to this one
  active_after     INT         NOT NULL,
  max_active       INT         NOT NULL,
  admit_per_minute INT         NOT NULL,
  PRIMARY KEY (concert_id, admission),
  KEY by_time (concert_id, admitted_at, admitted),
  CONSTRAINT limit_kept CHECK (active_after <= max_active)
) ENGINE = InnoDB;

-- The draw of a lottery: committed to by its secret, closed when its entries are final, drawn at
-- the opening. The places that it gives are computed from the seed (lib/proof/draw_order.h).
CREATE TABLE draws (
  concert_id   BIGINT      NOT NULL PRIMARY KEY,
  secret       BINARY(32)  NOT NULL,
  closed_at    DATETIME(6) NULL,   -- joins from then on stand behind the entries
  entries      BIGINT      NULL,   -- up to this place of arrival
  log_root     BINARY(32)  NULL,   -- of the log of that size
  beacon_value BINARY(32)  NULL,
  seed         BINARY(32)  NULL,
  drawn_at     DATETIME(6) NULL,
  CONSTRAINT closed_before_drawn CHECK (
    (closed_at IS NULL) = (entries IS NULL) AND (entries IS NOT NULL OR log_root IS NULL)
    AND (log_root IS NOT NULL OR seed IS NULL) AND (seed IS NULL) = (drawn_at IS NULL))
) ENGINE = InnoDB;

-- Tokens that ended outside of an advance, until one has counted them: those that waited in
-- queue_blocks, those that were ACTIVE in queues.active.
CREATE TABLE queue_departures (
  concert_id BIGINT  NOT NULL,
  place      BIGINT  NOT NULL,   -- in order of arrival
  was_active BOOLEAN NOT NULL,
  PRIMARY KEY (concert_id, place)
) ENGINE = InnoDB;

-- Which of the 8,192 places of a block left the line while waiting, in the line's order: that of
-- arrival until a lottery is drawn.
CREATE TABLE queue_blocks (
  concert_id BIGINT          NOT NULL,
  block      BIGINT          NOT NULL,   -- place DIV 8192
  revision   BIGINT          NOT NULL,   -- the version of the queue that changed it last
  departed   VARBINARY(1024) NOT NULL,   -- a bit for each place
  PRIMARY KEY (concert_id, block)
) ENGINE = InnoDB;

-- Each end of a line: a sale that sells out, opens again and closes has ended its line twice, and
-- a token that waited at the first end keeps that reason.
CREATE TABLE line_ends (
  concert_id  BIGINT      NOT NULL,
  ended_place BIGINT      NOT NULL,   -- every token up to here, behind the end before, has ended
  reason      ENUM('SOLD_OUT', 'SALE_CLOSED') NOT NULL,   -- its row may not say so yet
  ended_at    DATETIME(6) NOT NULL,
  PRIMARY KEY (concert_id, ended_place)
) ENGINE = InnoDB;
