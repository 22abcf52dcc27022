-- What never changes of a date's seats, in a few runs (lib/domain/seat_plan.h), so that a listing
-- need not read them one by one. Without a row or with an empty text the seats themselves say it.

CREATE TABLE seat_plans (
  date_id BIGINT     NOT NULL PRIMARY KEY,
  plan    MEDIUMTEXT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
