// One key per intent, until its answer is known.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./support.mjs";

const { carryOut, forgetIntent, intentFor, openIntent } = await load("api/intents.js");
const { Problem } = await load("api/problem.js");

const NAME = "pay.r1";
const noPause = { wait: async () => {} };

beforeEach(() => forgetIntent(NAME));

// Fails in turn with each of `problems`, then answers.
function sender(...problems) {
  const keys = [];
  const send = async (key) => {
    keys.push(key);
    const problem = problems.shift();
    if (problem) throw problem;
    return "done";
  };
  return { keys, send };
}

test("the same intent keeps its key, another one has its own", () => {
  const first = intentFor(NAME, { amount: 1 });
  assert.equal(intentFor(NAME, { amount: 1 }).key, first.key);
  assert.notEqual(intentFor(NAME, { amount: 2 }).key, first.key);
});

test("a key that the server has forgotten is not used again", () => {
  const first = intentFor(NAME, {}, 0);
  assert.equal(openIntent(NAME, 24 * 3600 * 1000), null);
  assert.notEqual(intentFor(NAME, {}, 24 * 3600 * 1000).key, first.key);
});

test("retries send the same key until an answer ends the intent", async () => {
  const { keys, send } = sender(
    new Problem("offline"),
    new Problem("unavailable", { status: 503 }),
    new Problem("idempotency_in_progress", { status: 409 }),
    new Problem("rate_limited", { status: 429 }),
  );
  assert.equal(await carryOut(intentFor(NAME, {}), send, noPause), "done");
  assert.equal(keys.length, 5);
  assert.equal(new Set(keys).size, 1);
  assert.equal(openIntent(NAME), null);
});

test("a refusal is an answer", async () => {
  const { keys, send } = sender(new Problem("insufficient_balance", { status: 402 }));
  await assert.rejects(carryOut(intentFor(NAME, {}), send, noPause), {
    code: "insufficient_balance",
  });
  assert.equal(keys.length, 1);
  assert.equal(openIntent(NAME), null);
});

test("an intent whose answer never came stays open for the next try", async () => {
  const never = async () => {
    throw new Problem("offline");
  };
  const intent = intentFor(NAME, {});
  await assert.rejects(carryOut(intent, never, noPause), { code: "offline" });
  assert.equal(openIntent(NAME).key, intent.key);
});

test("a pause is as long as the server says", async () => {
  const pauses = [];
  const { send } = sender(
    new Problem("unavailable", { status: 503, retryAfterMs: 2500 }),
    new Problem("offline"),
  );
  await carryOut(intentFor(NAME, {}), send, { wait: async (ms) => pauses.push(ms) });
  assert.deepEqual(pauses, [2500, 2000]);
});
