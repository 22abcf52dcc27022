// Refusals that come from one place for all operations alike, and which: one sight of such a code
// is enough.
export const SEEN_SOMEWHERE = new Map([
  ["bad_request", "nginx, of a request that it cannot read"],
  ["body_too_large", "nginx, of every body"],
  ["method_not_allowed", "nginx, from handlers/endpoints.conf"],
  ["rate_limited", "nginx/limits.conf.in"],
  ["timeout", "nginx, of a handler that does not answer"],
  ["unavailable", "the serve loop, or nginx where no handler is there"],
]);

// Answers that no e2e test can provoke, by code or as "operation status code", and why.
export const NEVER_SEEN = new Map([
  ["internal", "a bug; to see one fails this check"],
  ["queue_position 404 not_found", "the token's row is gone: the database was restored"],
  ["leave_queue 404 not_found", "the token's row is gone: the database was restored"],
]);

export function nameOf({ operation, status, code }) {
  return `${operation} ${status} ${code}`.trimEnd();
}

// What the description and what was seen differ in, both ways, but for the exceptions. `seen` has
// the name of every answer and every code.
export function gapsBetween(answers, seen, seenSomewhere = SEEN_SOMEWHERE, neverSeen = NEVER_SEEN) {
  const gaps = new Set();
  const described = new Set();
  for (const answer of answers) {
    const name = nameOf(answer);
    described.add(name).add(answer.code);
    if (neverSeen.has(answer.code) || neverSeen.has(name)) continue;
    const wanted = seenSomewhere.has(answer.code) ? answer.code : name;
    if (!seen.has(wanted)) gaps.add(`${wanted}: described and never seen`);
  }
  for (const [name, reason] of neverSeen) {
    if (seen.has(name)) gaps.add(`${name}: seen, but said to be impossible (${reason})`);
    if (seenSomewhere.has(name)) gaps.add(`${name}: both seen somewhere and never seen`);
  }
  for (const name of [...neverSeen.keys(), ...seenSomewhere.keys()]) {
    if (!described.has(name)) gaps.add(`${name}: an exception from what is not described`);
  }
  return [...gaps];
}
