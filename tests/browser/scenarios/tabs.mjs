// Several tabs of one browser share their session and their places in line.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

export function tabs(world) {
  async function withTwoTabs(options) {
    const fan = await Visitor.open(world, options);
    await fan.goTo("/wallet");
    const other = await fan.tab();
    await other.goTo("/wallet");
    return [fan, other];
  }

  describe("two tabs", () => {
    it("sign in and out together", async () => {
      const email = `tab-${Date.now()}@example.org`;
      await world.api.signUp("Tae Kim", email, "a password of mine");
      const [fan, other] = await withTwoTabs({});
      await fan.press('.empty .button:has-text("Sign in")');
      await fan.page.fill("[name=email]", email);
      await fan.page.fill("[name=password]", "a password of mine");
      await fan.press("form .button-primary");
      await fan.see("[data-testid=balance]");
      await other.see("[data-testid=balance]");
      await other.signOut();
      await fan.see('.empty .button:has-text("Sign in")');
      await fan.close();
    });

    it("keep each other's places in line, and both announce a turn", async () => {
      const { api } = world;
      const [first, second] = [
        await api.createConcert({ title: "First Choice", max_active: 1 }),
        await api.createConcert({ title: "Second Choice", max_active: 1 }),
      ];
      const inside = await api.join(first, await api.newUser());
      await api.join(second, await api.newUser());
      const [fan, other] = await withTwoTabs({ user: await api.newUser() });
      for (const [tab, concert] of [
        [fan, first],
        [other, second],
      ]) {
        await tab.goTo(`/concerts/${concert.concert_id}/line`);
        await tab.seeText("[data-testid=position]", "1");
      }
      await fan.seeText(".waiting-entry", "Second Choice: number 1 in line");
      await other.seeText(".waiting-entry", "First Choice: number 1 in line");
      await other.page.close();
      await fan.reload();
      await fan.seeText(".waiting-entry", "Second Choice: number 1 in line");
      await fan.goTo("/wallet");
      await fan.seeText(".waiting-bar", "First Choice: number 1 in line");
      await api.leave(inside);
      await fan.seeText(".waiting-turn", "First Choice: it is your turn");
      assert.equal(await fan.page.locator(".waiting-entry").count(), 2);
      await fan.close();
    });
  });
}
