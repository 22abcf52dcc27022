// A network that is slow or loses files of the client.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

export function slowNetwork(world) {
  // Holds back the answers to `pattern` until the function that it returns is called.
  async function holdBack(fan, pattern) {
    let release;
    const released = new Promise((resolve) => {
      release = resolve;
    });
    await fan.page.route(pattern, async (route) => {
      await released;
      await route.fallback();
    });
    return release;
  }

  describe("on a bad network", () => {
    it("a page that was left does not come back when its answer does", async () => {
      const concert = await world.api.createConcert({ title: "Too Late" });
      const id = concert.concert_id;
      const fan = await Visitor.open(world, { user: await world.api.newUser() });
      await fan.enter(concert);
      for (const path of [`/concerts/${id}`, `/concerts/${id}/line`, `/concerts/${id}/seats`]) {
        await fan.goTo("/wallet");
        await fan.see("[data-testid=balance]");
        const release = await holdBack(fan, `**/api/v1/concerts/${id}`);
        const asked = fan.page.waitForRequest(`**/api/v1/concerts/${id}`);
        await fan.goTo(path);
        await asked;
        await fan.goTo("/tickets");
        await fan.seeText("h1", "Tickets");
        const seats = [];
        const note = (request) => /seats$/.test(request.url()) && seats.push(request.url());
        fan.page.on("request", note);
        const answered = fan.page.waitForResponse(`**/api/v1/concerts/${id}`);
        release();
        await (await answered).finished();
        await fan.page.unrouteAll({ behavior: "wait" });
        await fan.reachNextFrame();
        assert.match(await fan.page.title(), /^Tickets/, path);
        assert.match(fan.page.url(), /#\/tickets$/);
        assert.deepEqual(seats, []);
        fan.page.off("request", note);
      }
      await fan.close();
    });

    it("a join that is answered late takes the place and leaves the present page", async () => {
      const concert = await world.api.createConcert({ title: "Elsewhere" });
      const fan = await Visitor.open(world, { user: await world.api.newUser() });
      const release = await holdBack(fan, "**/api/v1/queue/tokens");
      const asked = fan.page.waitForRequest("**/api/v1/queue/tokens");
      await fan.goTo(`/concerts/${concert.concert_id}/line`);
      await asked;
      await fan.goTo("/wallet");
      await fan.see("[data-testid=balance]");
      release();
      await fan.seeText(".waiting-turn", "Elsewhere: it is your turn");
      assert.match(fan.page.url(), /#\/wallet$/);
      await fan.close();
    });

    it("the list shows what was chosen last, whichever answer comes last", async () => {
      const fan = await Visitor.open(world);
      await fan.page.goto(world.url);
      await fan.see(".card a");
      const release = await holdBack(fan, "**/api/v1/concerts?date=2020-01-01");
      const asked = fan.page.waitForRequest("**/api/v1/concerts?date=2020-01-01");
      await fan.page.fill("input[type=date]", "2020-01-01");
      await asked;
      await fan.page.fill("input[type=date]", "");
      await fan.see(".card a");
      const answered = fan.page.waitForResponse("**/api/v1/concerts?date=2020-01-01");
      release();
      await (await answered).finished();
      await fan.reachNextFrame();
      assert.equal(await fan.page.locator(".empty").count(), 0);
      assert.ok((await fan.page.locator(".card a").count()) > 0);
      await fan.close();
    });

    it("a page that loads slowly shows a loading sign", async () => {
      const fan = await Visitor.open(world);
      await fan.page.goto(world.url);
      await fan.see(".card a");
      const release = await holdBack(fan, "**/js/pages/organiser.js");
      await fan.goTo("/organiser");
      await fan.see("main > .loading");
      release();
      await fan.see("textarea");
      await fan.close();
    });

    it("a client that does not load leaves words and a retry", async () => {
      const fan = await Visitor.open(world);
      await fan.page.route("**/js/main.js", (route) => route.abort());
      await fan.page.goto(world.url);
      await fan.seeText(".opening", "try again");
      await fan.page.unrouteAll();
      await fan.press(".opening a");
      await fan.see(".card a");
      await fan.close();
    });

    it("the deadline of a hold stays in sight without a balance", async () => {
      const concert = await world.api.createConcert({});
      const fan = await Visitor.open(world, { user: await world.api.newUser() });
      await fan.enter(concert);
      await fan.page.route("**/balance", (route) => route.abort());
      await fan.press("[data-testid=best]");
      await fan.see(".messages .notice[data-code=offline]");
      await fan.reload();
      await fan.see(".messages .notice[data-code=offline]");
      await fan.see(".hold-clock .countdown");
      await fan.page.unrouteAll({ behavior: "ignoreErrors" });
      await fan.press(".messages .notice .button");
      await fan.see("[data-testid=top-up]");
      await fan.seeGone(".messages .notice");
      await fan.close();
    });
  });
}
