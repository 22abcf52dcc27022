// The server is stopped and started again; no other scenario may run at that time.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

export function restart(world) {
  describe("a server that is stopped and started again", () => {
    it("is waited out by a place in line and by a payment", async () => {
      const { api, installation } = world;
      const concert = await api.createConcert({ seats: [{ from: 1, to: 9, price: 30_000 }] });
      const user = await api.newUser();
      await api.charge(user, 100_000);
      const fan = await Visitor.open(world, { user });
      await fan.enter(concert);
      await fan.press("[data-testid=best]");
      await fan.see("[data-testid=amount]");
      const crowded = await api.createConcert({ max_active: 1 });
      await api.join(crowded, await api.newUser());
      const waiting = await Visitor.open(world, { user: await api.newUser() });
      await waiting.goTo(`/concerts/${crowded.concert_id}/line`);
      await waiting.seeText("[data-testid=position]", "1");
      await installation.command("down");
      await fan.press("[data-testid=pay]");
      await fan.seeText(".messages .notice", "No connection to Stagedoor");
      await waiting.seeText(".notice", "Your place is kept");
      await installation.command("up");
      // On a busy machine the page has given up by now, after six tries, and offers another.
      const next = await fan.see(".stub .qr svg, .messages .notice .button");
      if ((await next.evaluate((element) => element.tagName)) === "BUTTON") await next.click();
      await fan.see(".stub .qr svg");
      await waiting.seeGone(".notice");
      await waiting.seeText("[data-testid=position]", "1");
      const kinds = (await api.ledger(user)).map(({ kind }) => kind);
      assert.deepEqual(kinds, ["PAYMENT", "CHARGE"]);
      await fan.close();
      await waiting.close();
    });
  });
}
