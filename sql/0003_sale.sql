-- What is on sale, and who holds or owns it.

CREATE TABLE concerts (
  concert_id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  title              VARCHAR(200) NOT NULL,
  artist             VARCHAR(200) NOT NULL,
  venue              VARCHAR(200) NOT NULL,
  description        TEXT         NOT NULL,
  sale_opens_at      DATETIME(6)  NULL,
  sale_closes_at     DATETIME(6)  NULL,
  refund_until       DATETIME(6)  NULL,  -- NULL: until the date starts
  max_active         INT          NOT NULL,
  admit_per_minute   INT          NOT NULL,
  claim_seconds      INT          NOT NULL,
  active_seconds     INT          NOT NULL,
  hold_seconds       INT          NOT NULL,
  max_seats_per_user INT          NOT NULL,
  line_order         ENUM('fifo', 'lottery') NOT NULL,
  draw_lead_seconds  INT          NOT NULL,
  beacon_chain       VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  beacon_round       BIGINT       NULL,
  beacon_due_at      DATETIME(6)  NULL,  -- when that round is made
  -- Copies of what the dates say, kept when a date is added, so that the list of concerts is one
  -- range of an index.
  first_date_at      DATETIME(6)  NOT NULL,
  last_date_at       DATETIME(6)  NOT NULL,
  -- Set by the sweep some time after the last date, so that the list skips the past by index.
  -- Whether a concert is past is always decided by last_date_at.
  archived           BOOLEAN      NOT NULL DEFAULT FALSE,
  KEY upcoming (archived, first_date_at, concert_id),
  KEY by_first_date (first_date_at, concert_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE dates (
  date_id       BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  concert_id    BIGINT      NOT NULL,
  starts_at     DATETIME(6) NOT NULL,
  sale_opens_at DATETIME(6) NULL,
  seats_total   INT         NOT NULL,
  price_min     BIGINT      NOT NULL,
  price_max     BIGINT      NOT NULL,
  KEY of_concert (concert_id, starts_at, date_id),
  KEY by_day (starts_at, concert_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- A seat carries its one live owner. HELD with a held_until that has passed is free.
CREATE TABLE seats (
  date_id        BIGINT      NOT NULL,
  number         INT         NOT NULL,
  label          VARCHAR(64) NOT NULL,
  section        VARCHAR(64) NULL,
  grade          VARCHAR(32) NOT NULL,
  price          BIGINT      NOT NULL,
  status         ENUM('AVAILABLE', 'HELD', 'SOLD') NOT NULL DEFAULT 'AVAILABLE',
  reservation_id BINARY(16)  NULL,
  held_until     DATETIME(6) NULL,
  PRIMARY KEY (date_id, number),
  KEY by_tier (date_id, status, grade, price, number),
  CONSTRAINT owner_matches_status CHECK (
    (status = 'AVAILABLE') = (reservation_id IS NULL)
    AND (status = 'HELD') = (held_until IS NOT NULL))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The seats of a date as the organiser put them in: all of a seat but its status, and it never
-- changes. A listing is written from this and from the seats that are taken
-- (lib/sale/seat_plan_rules.h).
CREATE TABLE seat_ranges (
  date_id    BIGINT      NOT NULL,
  ordinal    INT         NOT NULL,
  first_seat INT         NOT NULL,
  last_seat  INT         NOT NULL,
  section    VARCHAR(64) NULL,
  grade      VARCHAR(32) NOT NULL,
  price      BIGINT      NOT NULL,
  label      VARCHAR(64) NULL,
  PRIMARY KEY (date_id, ordinal)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE reservations (
  reservation_id BINARY(16)  NOT NULL PRIMARY KEY,
  user_id        BINARY(16)  NOT NULL,
  concert_id     BIGINT      NOT NULL,
  date_id        BIGINT      NOT NULL,
  token_id       BINARY(16)  NOT NULL,
  status         ENUM('HELD', 'CONFIRMED', 'EXPIRED', 'CANCELLED', 'REFUNDED') NOT NULL,
  open           BOOLEAN     NULL,   -- TRUE while HELD, else NULL: a token has one open hold
  seat_count     INT         NOT NULL,
  amount         BIGINT      NOT NULL,
  -- What the user held and owned of the date with this hold, and the limit in force: the proof
  -- that it was kept.
  user_seats     INT         NOT NULL,
  user_seats_max INT         NOT NULL,
  held_until     DATETIME(6) NOT NULL,
  created_at     DATETIME(6) NOT NULL,
  payment_id     BINARY(16)  NULL,
  UNIQUE KEY one_open_hold (token_id, open),
  KEY of_user (user_id, created_at, reservation_id),
  KEY of_user_and_date (user_id, date_id, status),
  KEY by_deadline (status, held_until),
  CONSTRAINT open_matches_status CHECK ((status = 'HELD') = (open IS NOT NULL)),
  CONSTRAINT seat_limit_kept CHECK (user_seats <= user_seats_max),
  CONSTRAINT confirmed_is_paid CHECK (
    (status IN ('CONFIRMED', 'REFUNDED')) = (payment_id IS NOT NULL))
) ENGINE = InnoDB;

-- What was held, as it was then. Which of it is still held, the seats themselves say.
CREATE TABLE reservation_seats (
  reservation_id BINARY(16)  NOT NULL,
  number         INT         NOT NULL,
  section        VARCHAR(64) NULL,
  grade          VARCHAR(32) NOT NULL,
  price          BIGINT      NOT NULL,
  PRIMARY KEY (reservation_id, number)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- 0 to 9, joined with itself to count up to a seat number inside one INSERT.
CREATE TABLE digits (digit INT NOT NULL PRIMARY KEY) ENGINE = InnoDB;
INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);

-- Things that happen once per database.
CREATE TABLE marks (
  name   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  set_at DATETIME(6) NOT NULL
) ENGINE = InnoDB;
