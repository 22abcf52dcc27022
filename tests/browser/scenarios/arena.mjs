// A hall of 20,000 seats stays smooth under the hand.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

// The goal is for what the page does: 95 of 100 interactions have to reach it, half of them with room
// to spare, and none may look stuck. Other work on the machine only adds to that, so that one of a
// few people has to meet it.
const INTERACTION_MS_MAX = 100;
const MEDIAN_MS_MAX = 50;
const STUCK_MS = 250;
const PEOPLE = 3;
const ROUNDS = 4;
const SEATS = [
  { from: 1, to: 2_000, section: "Floor", grade: "VIP", price: 198_000, label: "F-{n}" },
  { from: 2_001, to: 7_000, section: "Tier 1", grade: "R", price: 154_000, label: "1-{n}" },
  { from: 7_001, to: 13_000, section: "Tier 2", grade: "S", price: 132_000, label: "2-{n}" },
  { from: 13_001, to: 20_000, section: "Tier 3", grade: "A", price: 99_000, label: "3-{n}" },
];

export function arena(world) {
  describe("an arena of 20,000 seats", () => {
    it("answers every key, wheel, drag and click within 100 ms", async () => {
      const concert = await world.api.createConcert({ title: "Summer Arena", seats: SEATS });
      let best = null;
      for (let person = 1; person <= PEOPLE && !isSmooth(best); person += 1) {
        const times = await look(world, concert);
        console.log(`20,000 seats: ${times.count} interactions, ${describeTimes(times)}`);
        assert.ok(times.count >= 100);
        if (!best || isSmooth(times) || times.most < best.most) best = times;
      }
      assert.ok(isSmooth(best), describeTimes(best));
    });
  });
}

function isSmooth(times) {
  return (
    times !== null &&
    times.median < MEDIAN_MS_MAX &&
    times.most < INTERACTION_MS_MAX &&
    times.worst < STUCK_MS
  );
}

function describeTimes({ median, most, worst }) {
  const ms = (time) => `${time.toFixed(1)} ms`;
  return `median ${ms(median)}, 95 % ${ms(most)}, worst ${ms(worst)}`;
}

// How long somebody's interactions took who plays with the map and picks his seats.
async function look(world, concert) {
  const fan = await Visitor.open(world, { user: await world.api.newUser() });
  await fan.enter(concert);
  await countWork(fan.page);
  await fan.picture("arena");
  const field = await fan.page.locator(".seat-map-field").boundingBox();
  const [x, y] = [field.x + field.width / 2, field.y + field.height * 0.7];
  for (let round = 1; round <= ROUNDS; round += 1) {
    await play(fan.page, x, y);
    await fan.see(`.picked li:nth-child(${round})`);
  }
  const frames = await fan.page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(window.frames_ms)));
      }),
  );
  await fan.close();
  frames.sort((a, b) => a - b);
  const at = (share) => frames[Math.floor((frames.length - 1) * share)];
  return { count: frames.length, median: at(0.5), most: at(0.95), worst: at(1) };
}

// Closer, along, back out, by key to another seat, which is picked, and closer again.
async function play(page, x, y) {
  await page.mouse.move(x, y);
  for (let i = 0; i < 6; i += 1) await page.mouse.wheel(0, -240);
  await page.mouse.down();
  for (let i = 1; i <= 12; i += 1) await page.mouse.move(x + i * 12, y - i * 4);
  await page.mouse.up();
  for (let i = 0; i < 6; i += 1) await page.mouse.wheel(0, 240);
  await page.focus(".seat-map-field");
  for (const key of ["ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown", "Enter"])
    await page.keyboard.press(key);
  for (const key of ["0", "+", "+", "-"]) await page.keyboard.press(key);
}

// For each interaction: the time from the moment of the input to the end of the frame that shows
// its effect. What comes before that frame belongs to it.
function countWork(page) {
  return page.evaluate(() => {
    window.frames_ms = [];
    let began = null;
    const begin = (event) => {
      if (began !== null) return;
      began = event.timeStamp;
      // A frame's callbacks run before a message that its last one posts.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          window.frames_ms.push(performance.now() - began);
          began = null;
        };
        port2.postMessage(null);
      });
    };
    for (const name of ["wheel", "pointerdown", "pointermove", "pointerup", "keydown"]) {
      window.addEventListener(name, begin, { capture: true });
    }
  });
}
