// The client's idea of the server's time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./support.mjs";

const { ServerClock } = await load("core/clock.js");

test("on a clock that is an hour slow the error is at most half a second", () => {
  let local = 1_000_000;
  const clock = new ServerClock(() => local);
  const ahead = 3_600_000;
  for (const moment of [0, 300, 700, 950, 1400]) {
    const sent = local + moment;
    const made = Math.floor((sent + 20 + ahead) / 1000) * 1000;
    clock.observe(made, sent, sent + 40);
  }
  local += 2000;
  assert.ok(Math.abs(clock.now() - (local + ahead)) < 300, String(clock.now() - local - ahead));
});

test("after the local clock is set the next answer finds the new offset", () => {
  let local = 50_000;
  const clock = new ServerClock(() => local);
  clock.observe(50_000, 50_000, 50_010);
  local -= 20_000;
  clock.observe(52_000, 32_000, 32_010);
  assert.ok(Math.abs(clock.now() - 50_000) < 1000);
});

test("before the first answer the local clock counts", () => {
  assert.equal(new ServerClock(() => 7).now(), 7);
});
