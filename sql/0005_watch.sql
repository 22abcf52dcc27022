-- What the sweep watches and tells.

-- What an operator must hear of, until the sweep has told the webhook.
CREATE TABLE alerts (
  alert_id        BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  message         VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  waits           BOOLEAN      NULL,   -- TRUE, or NULL once it was sent: a message waits once
  detail          TEXT         NOT NULL,   -- of the first time
  times           INT          NOT NULL,   -- how often it happened, counted while it waits
  first_at        DATETIME(6)  NOT NULL,
  last_at         DATETIME(6)  NOT NULL,
  attempts        INT          NOT NULL DEFAULT 0,
  next_attempt_at DATETIME(6)  NOT NULL,
  sent_at         DATETIME(6)  NULL,
  UNIQUE KEY one_that_waits (message, waits),
  KEY by_turn (waits, next_attempt_at),
  KEY by_age (last_at),
  CONSTRAINT waits_or_sent CHECK ((waits IS NULL) = (sent_at IS NOT NULL))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Audits that found nothing: what the next one with --since may take for granted.
CREATE TABLE clean_audits (
  audit_id      BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  audited_until DATETIME(6) NOT NULL,  -- what was committed up to then, a minute before it began
  last_entry    BIGINT      NOT NULL,  -- of ledger_entries, of those
  ended_at      DATETIME(6) NOT NULL
) ENGINE = InnoDB;
