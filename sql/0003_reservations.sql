-- Holds, and the answers that a repeated request gets again.

ALTER TABLE queue_tokens ADD COLUMN hold_id BINARY(16) NULL AFTER held_until; -- its open hold

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
  -- What the user held and owned of the date with this hold, and how many he might: the proof that
  -- the limit in force was kept.
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

-- The first answer to each Idempotency-Key, written in the transaction of the change itself.
CREATE TABLE idempotency_keys (
  user_id     BINARY(16)     NOT NULL,
  operation   VARCHAR(16)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_key  VARBINARY(255) NOT NULL,
  fingerprint BINARY(32)     NOT NULL,   -- of path and body
  status      INT            NOT NULL,
  body        MEDIUMTEXT     NOT NULL,
  created_at  DATETIME(6)    NOT NULL,
  PRIMARY KEY (user_id, operation, client_key),
  KEY by_age (created_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
