// Refusals that come from one place for all operations alike: one sight of them is enough.
export const SEEN_SOMEWHERE = new Set([
  "bad_request",
  "body_too_large",
  "method_not_allowed",
  "rate_limited",
  "timeout",
  "unavailable",
]);

// Refusals that no e2e test can provoke, by code or as "operation status code", and why.
export const NEVER_SEEN = new Map([
  ["internal", "a bug; to see one fails this check"],
  ["timeout", "a handler that hangs for 12 s although everything it waits for gives up earlier"],
  ["queue_position 404 not_found", "the token's row is gone: the database was restored"],
  ["leave_queue 404 not_found", "the token's row is gone: the database was restored"],
]);
