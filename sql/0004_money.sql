-- Money: payments, and the double-entry ledger underneath.

CREATE TABLE payments (
  payment_id     BINARY(16)  NOT NULL PRIMARY KEY,
  reservation_id BINARY(16)  NOT NULL,
  user_id        BINARY(16)  NOT NULL,
  concert_id     BIGINT      NOT NULL,
  amount         BIGINT      NOT NULL,
  balance_after  BIGINT      NOT NULL,   -- of the user, after the last thing that happened to it
  status         ENUM('PAID', 'REFUNDED') NOT NULL,
  paid_at        DATETIME(6) NOT NULL,
  refunded_at    DATETIME(6) NULL,
  refund_limit   DATETIME(6) NULL,      -- when it had to be made by, as it was then
  UNIQUE KEY one_payment_per_reservation (reservation_id),
  KEY of_user (user_id, paid_at, payment_id),
  CONSTRAINT refunded_matches_status CHECK ((status = 'REFUNDED') = (refunded_at IS NOT NULL)),
  CONSTRAINT refunded_in_time CHECK (
    (refunded_at IS NULL) = (refund_limit IS NULL) AND refunded_at < refund_limit)
) ENGINE = InnoDB;

-- Append-only. Every movement of money is two entries that sum to zero: the user's and the one of
-- the till (charges) or of the organiser's revenue (payments, refunds). No row is updated by the
-- payments of all users.
CREATE TABLE ledger_entries (
  entry_id      BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account       ENUM('USER', 'TILL', 'REVENUE') NOT NULL,
  user_id       BINARY(16)  NULL,        -- of the account USER
  concert_id    BIGINT      NULL,        -- of the account REVENUE
  kind          ENUM('CHARGE', 'PAYMENT', 'REFUND') NOT NULL,
  reference     BINARY(16)  NOT NULL,    -- the charge, or the payment
  amount        BIGINT      NOT NULL,
  balance_after BIGINT      NULL,        -- of the account USER
  at            DATETIME(6) NOT NULL,
  UNIQUE KEY a_movement_happens_once (reference, kind, account),
  KEY of_user (user_id, entry_id, amount, balance_after),  -- balances are added up from it alone
  CONSTRAINT owner_matches_account CHECK (
    (account = 'USER') = (user_id IS NOT NULL) AND (account = 'USER') = (balance_after IS NOT NULL)
    AND (account = 'REVENUE') = (concert_id IS NOT NULL))
) ENGINE = InnoDB;
