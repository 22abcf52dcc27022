// Requests that must apply once, however often they are sent. An intent keeps its Idempotency-Key
// from its creation until its answer is known: after a lost answer, a reload or a crash the client
// sends the same key again, and no user pays twice.

import { lasting } from "../core/storage.js";
import { pause } from "../core/wake.js";
import { Problem } from "./problem.js";

const PREFIX = "intent.";
// The server keeps keys for 24 h; an older intent would count as a new one.
const KEPT_MS = 23 * 3600 * 1000;
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 8000;
const TRIES_MAX = 6;

// The intent called `name` if it is unanswered and means the same, else a new one.
export function intentFor(name, meaning, now = Date.now()) {
  const open = openIntent(name, now);
  if (open && JSON.stringify(open.meaning) === JSON.stringify(meaning)) return open;
  const intent = { name, meaning, key: crypto.randomUUID(), madeAt: now };
  lasting.write(PREFIX + name, intent);
  return intent;
}

// The intent called `name` whose answer is not known, or null.
export function openIntent(name, now = Date.now()) {
  const intent = lasting.read(PREFIX + name);
  return intent && now - intent.madeAt < KEPT_MS ? intent : null;
}

export function forgetIntent(name) {
  lasting.remove(PREFIX + name);
}

// Calls `send(key)` until there is an answer, with growing pauses. A refusal is an answer. After
// the last try the Problem is thrown and the intent stays open. onRetry(problem, delayMs) comes
// before each pause.
export async function carryOut(intent, send, { onRetry = () => {}, wait = pause } = {}) {
  let delay = RETRY_MIN_MS;
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await send(intent.key);
      forgetIntent(intent.name);
      return answer;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (!problem.inDoubt) {
        forgetIntent(intent.name);
        throw problem;
      }
      if (tries === TRIES_MAX) throw problem;
      const pauseMs = problem.retryAfterMs ?? delay;
      onRetry(problem, pauseMs);
      await wait(pauseMs);
      delay = Math.min(delay * 2, RETRY_MAX_MS);
    }
  }
}
