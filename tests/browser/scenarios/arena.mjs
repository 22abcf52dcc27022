// A hall of 20,000 seats stays smooth under the hand.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

// The goal is for what the page does; other work on the machine delays a frame now and then. So 95
// of 100 interactions have to reach it, half of them with room to spare, and none may look stuck.
const INTERACTION_MS_MAX = 100;
const MEDIAN_MS_MAX = 50;
const STUCK_MS = 250;
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
      frames.sort((a, b) => a - b);
      const at = (share) => frames[Math.floor((frames.length - 1) * share)];
      const ms = (share) => `${at(share).toFixed(1)} ms`;
      console.log(
        `20,000 seats: ${frames.length} interactions, median ${ms(0.5)}, 95 % ${ms(0.95)}, worst ${ms(1)}`,
      );
      assert.ok(frames.length >= 100);
      assert.ok(at(0.5) < MEDIAN_MS_MAX, `${frames}`);
      assert.ok(at(0.95) < INTERACTION_MS_MAX, `${frames}`);
      assert.ok(at(1) < STUCK_MS, `${frames}`);
      await fan.close();
    });
  });
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
