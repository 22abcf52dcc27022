-- People, and what is on sale.

CREATE TABLE users (
  user_id       BINARY(16)   NOT NULL PRIMARY KEY,
  name          VARCHAR(100) NULL,      -- NULL: known from an outside identity provider only
  email         VARCHAR(254) NULL,
  email_key     VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL, -- lower case
  password_hash VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
  balance       BIGINT       NOT NULL DEFAULT 0,
  created_at    DATETIME(6)  NOT NULL,
  UNIQUE KEY one_account_per_email (email_key),
  CONSTRAINT balance_in_bounds CHECK (balance BETWEEN 0 AND 1000000000000000)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE concerts (
  concert_id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  title              VARCHAR(200) NOT NULL,
  artist             VARCHAR(200) NOT NULL,
  venue              VARCHAR(200) NOT NULL,
  description        TEXT         NOT NULL,
  sale_opens_at      DATETIME(6)  NULL,
  sale_closes_at     DATETIME(6)  NULL,
  refund_until       DATETIME(6)  NULL,  -- NULL: until the date starts
  line_order         ENUM('FIFO', 'LOTTERY') NOT NULL,
  max_active         INT          NOT NULL,
  admit_per_minute   INT          NOT NULL,
  claim_seconds      INT          NOT NULL,
  active_seconds     INT          NOT NULL,
  hold_seconds       INT          NOT NULL,
  max_seats_per_user INT          NOT NULL,
  -- Copies of what the dates say, kept by whoever adds a date, so that the list of concerts is one
  -- range of an index.
  first_date_at      DATETIME(6)  NOT NULL,
  last_date_at       DATETIME(6)  NOT NULL,
  -- Set by the sweep some time after the last date, so that the list skips the past by index.
  -- Whether a concert is past is always decided by last_date_at.
  archived           BOOLEAN      NOT NULL DEFAULT FALSE,
  created_at         DATETIME(6)  NOT NULL,
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

-- 0 to 9, joined with itself to count up to a seat number inside one INSERT.
CREATE TABLE digits (digit INT NOT NULL PRIMARY KEY) ENGINE = InnoDB;
INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);

-- Things that happen once per database.
CREATE TABLE marks (
  name   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  set_at DATETIME(6) NOT NULL
) ENGINE = InnoDB;
