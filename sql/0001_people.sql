-- People, and the answers that their repeated requests get again.

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
