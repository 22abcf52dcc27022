-- People, and the answers that their repeated requests get again.

CREATE TABLE users (
  user_id           BINARY(16)   NOT NULL PRIMARY KEY,
  name              VARCHAR(100) NULL,  -- NULL: of an outside identity provider, or erased
  email             VARCHAR(254) NULL,
  email_key         VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL, -- lower case
  email_verified_at DATETIME(6)  NULL,
  password_hash     VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
  language          ENUM('ko', 'en') NOT NULL DEFAULT 'ko',  -- of letters
  balance           BIGINT       NOT NULL DEFAULT 0,
  created_at        DATETIME(6)  NOT NULL,
  erased_at         DATETIME(6)  NULL,
  sessions_ended_at DATETIME(6)  NULL,  -- access tokens issued before have ended,
  kept_session      BINARY(16)   NULL,  -- but for this one
  UNIQUE KEY one_account_per_email (email_key),
  KEY by_sessions_ended (sessions_ended_at),
  CONSTRAINT balance_in_bounds CHECK (balance BETWEEN 0 AND 1000000000000000),
  CONSTRAINT erased_is_nobody CHECK (
    erased_at IS NULL OR (name IS NULL AND email_key IS NULL AND password_hash IS NULL))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Single access tokens that were signed out, until they would have expired.
CREATE TABLE ended_tokens (
  token_key  BINARY(16)  NOT NULL PRIMARY KEY,   -- see SessionKey in lib/base/id.h
  ended_at   DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  KEY by_end (ended_at),
  KEY by_expiry (expires_at)
) ENGINE = InnoDB;

-- Passwords that were tried and letters that were asked for, for a quarter of an hour: by the hash
-- of the address, whether it has an account or not.
CREATE TABLE account_attempts (
  attempt_id BINARY(16)  NOT NULL PRIMARY KEY,
  account    BINARY(32)  NOT NULL,
  kind       ENUM('PASSWORD', 'LETTER') NOT NULL,
  at         DATETIME(6) NOT NULL,
  KEY of_account (account, kind, at),
  KEY by_age (at)
) ENGINE = InnoDB;

-- Links in letters, each good for one use. What a client shows is the id and a MAC of it
-- (lib/token/link_token.h), so that a reader of this table can use none of them.
CREATE TABLE account_links (
  link_id    BINARY(16)   NOT NULL PRIMARY KEY,
  kind       ENUM('PASSWORD_RESET', 'EMAIL_VERIFICATION') NOT NULL,
  user_id    BINARY(16)   NOT NULL,
  email      VARCHAR(254) NOT NULL,   -- the address that the link proves to be the user's
  expires_at DATETIME(6)  NOT NULL,
  KEY of_user (user_id, kind),
  KEY by_expiry (expires_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Letters to be sent, written in the transaction of what they tell of.
CREATE TABLE letters (
  letter_id       BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind            VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id         BINARY(16)   NOT NULL,
  recipient       VARCHAR(254) NOT NULL,
  language        ENUM('ko', 'en') NOT NULL,
  data            TEXT         NOT NULL,   -- JSON; a link is the id in account_links
  waits           BOOLEAN      NULL,       -- TRUE, or NULL once it was sent or given up
  attempts        INT          NOT NULL DEFAULT 0,
  next_attempt_at DATETIME(6)  NOT NULL,
  created_at      DATETIME(6)  NOT NULL,
  sent_at         DATETIME(6)  NULL,
  KEY by_turn (waits, next_attempt_at),
  KEY of_user (user_id),
  KEY by_age (created_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The first answer to each Idempotency-Key, written in the transaction of the change itself.
CREATE TABLE idempotency_keys (
  user_id     BINARY(16)     NOT NULL,
  operation   VARCHAR(16)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_key  VARBINARY(255) NOT NULL,
  fingerprint BINARY(32)     NOT NULL,   -- of operation, path and canonical body
  status      INT            NOT NULL,
  body        MEDIUMTEXT     NOT NULL,
  created_at  DATETIME(6)    NOT NULL,
  PRIMARY KEY (user_id, operation, client_key),
  KEY by_age (created_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
