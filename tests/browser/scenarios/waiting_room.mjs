// The waiting room: an exact place that survives reloads and lost networks, and a clear call when
// the turn comes.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

// The clock of a page's timers and Date.now() agree to a few milliseconds.
const CLOCK_MS = 10;
const POLLS = 4;

export function waitingRoom(world) {
  const { position, door } = { position: "[data-testid=position]", door: "[data-testid=door]" };

  // One fan is inside, `ahead` wait, and behind them the visitor whom the test watches.
  async function crowd(ahead) {
    const { api } = world;
    const concert = await api.createConcert({ title: "Midnight Session", max_active: 1 });
    const inside = await api.join(concert, await api.newUser());
    const waiting = [];
    for (let i = 0; i < ahead; i += 1) waiting.push(await api.join(concert, await api.newUser()));
    const fan = await Visitor.open(world, { user: await api.newUser() });
    await fan.goTo(`/concerts/${concert.concert_id}`);
    await fan.press(".concert-way .button-primary");
    await fan.seeText(position, String(ahead + 1));
    return { concert, inside, waiting, fan };
  }

  describe("the waiting room", () => {
    it("moves up when others leave, and opens its door when the place inside is free", async () => {
      const { inside, waiting, fan } = await crowd(2);
      await world.api.leave(waiting[0]);
      await fan.seeText(position, "2");
      assert.match(await fan.page.title(), /#2/);
      await world.api.leave(inside);
      await world.api.leave(waiting[1]);
      await fan.see(door);
      assert.match(await fan.page.title(), /^Your turn!/);
      await fan.seeText("#assertive", "It is your turn");
      await fan.picture("door");
      await fan.press(`${door} a`);
      await fan.see(".seat-map canvas");
      await fan.close();
    });

    it("keeps the place over a reload, a closed tab and a lost network", async () => {
      const { concert, waiting, fan } = await crowd(1);
      await fan.reload();
      await fan.seeText(position, "2");
      await fan.page.close();
      fan.page = await fan.context.newPage();
      await fan.goTo(`/concerts/${concert.concert_id}/line`);
      await fan.seeText(position, "2");
      await fan.context.setOffline(true);
      await fan.seeText(".notice", "Your place is kept");
      await fan.picture("waiting-room-offline");
      await world.api.leave(waiting[0]);
      await fan.context.setOffline(false);
      await fan.seeText(position, "1");
      await fan.seeGone(".notice");
      await fan.close();
    });

    it("calls from a tab behind others by its title and a silent notification", async () => {
      const { inside, fan } = await crowd(0);
      await fan.context.grantPermissions(["notifications"]);
      await fan.page.evaluate(() => {
        window.notified = [];
        window.Notification = class extends EventTarget {
          static permission = "granted";

          constructor(title, options) {
            super();
            window.notified.push({ title, ...options });
          }
        };
      });
      const other = await fan.context.newPage();
      await other.goto(world.url);
      await other.bringToFront();
      await world.api.leave(inside);
      await fan.page.waitForFunction(() => document.title.startsWith("Your turn!"));
      const [notified] = await fan.page.evaluate(() => window.notified);
      assert.equal(notified.silent, true);
      assert.match(notified.body, /Midnight Session/);
      await fan.close();
    });

    it("shows the place on every page and leads back to it", async () => {
      const { inside, fan } = await crowd(0);
      await fan.goTo("/wallet");
      await fan.seeText(".waiting-entry", "number 1 in line");
      await world.api.leave(inside);
      await fan.press(".waiting-turn");
      await fan.see(".seat-map canvas");
      await fan.close();
    });

    it("polls exactly as the answers say", async () => {
      const { fan } = await crowd(1);
      await recordPolls(fan.page);
      await fan.page.waitForFunction(
        (polls) => window.recorded.filter(({ what }) => what === "rung").length >= polls,
        POLLS,
      );
      const recorded = await fan.page.evaluate(() => window.recorded);
      await fan.close();
      // Only the end of a timer makes the page ask, and it asks before it does anything else.
      const order = recorded.map(({ what }) => `${what} `).join("");
      assert.match(order, /^(poll )?(answer )?(timer poll rung answer )+(timer )?(poll rung )?$/);
      const first = recorded.findIndex(({ what }) => what === "answer");
      for (let i = first; i + 2 < recorded.length; i += 4) {
        const [answer, timer, poll] = recorded.slice(i, i + 3);
        const earliest = answer.at + answer.after;
        const says = JSON.stringify([answer, timer, poll]);
        assert.ok(timer.delay <= answer.after && timer.at + timer.delay >= earliest, says);
        assert.ok(poll.at >= earliest - CLOCK_MS, says);
      }
    });

    it("says why a place has ended and offers a new one", async () => {
      const { inside, fan } = await crowd(0);
      const code = await fan.page.locator(".line-help code").textContent();
      await world.api.must("POST", `/admin/queue/tokens/${code}/revoke`, {
        token: world.api.adminToken,
      });
      await fan.see(".line-end[data-reason=REVOKED]");
      await fan.picture("line-ended");
      await fan.press(".line-end .button-primary");
      await fan.seeText(position, "1");
      await fan.press('.line-ways .button:has-text("Leave the line")');
      await fan.answerYes();
      await fan.see(".concert-way");
      await world.api.leave(inside);
      await fan.close();
    });

    it("takes fans into the line before the sale opens", async () => {
      const inMinutes = (n) => new Date(Date.now() + n * 60_000).toISOString();
      const concert = await world.api.createConcert({
        title: "Early Birds",
        sale_opens_at: inMinutes(90),
      });
      const fan = await Visitor.open(world, { user: await world.api.newUser() });
      await fan.goTo(`/concerts/${concert.concert_id}`);
      await fan.seeText(".badge", "Opens in");
      await fan.press(".concert-way .button-primary");
      await fan.seeTimeLeft(".line-opens .countdown", concert.sale_opens_at);
      const earlier = await world.api.change(concert, { sale_opens_at: inMinutes(45) });
      await fan.seeTimeLeft(".line-opens .countdown", earlier.sale_opens_at);
      await world.api.change(concert, { sale_opens_at: inMinutes(0) });
      await fan.see(door);
      await fan.close();
    });

    it("opens no line for a concert that is sold out", async () => {
      const seats = [{ from: 1, to: 1, price: 1000 }];
      const concert = await world.api.createConcert({ title: "One Chair", seats });
      await world.api.buy(concert, [1]);
      const fan = await Visitor.open(world, { user: await world.api.newUser() });
      await fan.goTo(`/concerts/${concert.concert_id}`);
      await fan.seeText(".concert-note", "Every seat is sold");
      await fan.goTo(`/concerts/${concert.concert_id}/line`);
      await fan.see(".notice[data-code=sold_out] .button");
      await fan.close();
    });
  });
}

// Records in window.recorded, in order: each timer that the page sets in its worker, the end of
// such a timer after the page has acted on it, each poll, and each answer with its poll_after_ms.
function recordPolls(page) {
  return page.evaluate(() => {
    window.recorded = [];
    const record = (what, more) => {
      const entry = { what, at: Date.now(), ...more };
      window.recorded.push(entry);
      return entry;
    };
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function setTimer({ id, delay }) {
      record("timer", { delay });
      this.addEventListener("message", ({ data }) => data === id && record("rung"));
      return postMessage.call(this, { id, delay });
    };
    const { fetch } = window;
    window.fetch = async (url, options) => {
      if (!url.endsWith("/queue/tokens/current")) return fetch(url, options);
      record("poll");
      const response = await fetch(url, options);
      const answer = record("answer");
      answer.after = (await response.clone().json()).poll_after_ms;
      return response;
    };
  });
}
