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
