// "Check this line": a fan's browser verifies the log, the own entry and the draw.

import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

const HOUR_MS = 3_600_000;
const inHours = (hours) => new Date(Date.now() + hours * HOUR_MS).toISOString();

export function fairness(world) {
  const position = "[data-testid=position]";

  async function check(fan) {
    if (!(await fan.page.locator(".check-line[open]").count()))
      await fan.press(".check-line summary");
    await fan.press(".check-line .button");
  }

  describe("a line that can be checked", () => {
    it("is found whole, with the fan's own place in it", async () => {
      const { api } = world;
      const concert = await api.createConcert({ title: "Open Book", max_active: 1 });
      await api.join(concert, await api.newUser());
      const fan = await Visitor.open(world, { user: await api.newUser() });
      await fan.goTo(`/concerts/${concert.concert_id}/line`);
      await fan.seeText(position, "1");
      // The log may be a second behind the join.
      await fan.page.waitForTimeout(2000);
      await check(fan);
      await fan.seeText(".check-results", "Your join is entry 2 of the log");
      await fan.seeText(".check-results", "The log is");
      await api.join(concert, await api.newUser());
      await check(fan);
      await fan.seeText(".check-results", "Nothing of the 2 joins that you saw");
      await fan.close();
    });

    it("says before the sale that a draw decides, and proves it after", async () => {
      const { api } = world;
      const concert = await api.createConcert({
        title: "Lucky Night",
        max_active: 1,
        order: "lottery",
        draw_lead_seconds: 3600,
        sale_opens_at: inHours(10),
      });
      for (let i = 0; i < 3; i += 1) await api.join(concert, await api.newUser());
      const fan = await Visitor.open(world, { user: await api.newUser() });
      await fan.goTo(`/concerts/${concert.concert_id}`);
      await fan.seeText(".concert-note", "A draw decides the order");
      await fan.press(".concert-way .button-primary");
      await fan.seeText(position, "In the draw");
      await check(fan);
      await fan.seeText(".check-results", "Entries close");
      await api.change(concert, { sale_opens_at: inHours(0) });
      await fan.page.waitForFunction(
        () => document.querySelector("[data-testid=position]")?.textContent !== "In the draw",
      );
      await fan.goTo(`/concerts/${concert.concert_id}`);
      await check(fan);
      await fan.seeText(".check-results", "The draw is the one that was committed to");
      await fan.seeText(".check-results", "It gave you place");
      await fan.close();
    });
  });
}
