// The organiser's pages: putting a concert on sale, watching the sale, changing its limits.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

export function organiser(world) {
  const open = () => Visitor.open(world, { organiser: world.api.adminToken });

  describe("an organiser", () => {
    it("is let in with a token of an organiser only", async () => {
      const fan = await Visitor.open(world);
      const { token } = await world.api.newUser();
      await fan.goTo("/organiser");
      for (const [text, complaint] of [
        ["nonsense", "not an access token"],
        [token, "not an organiser"],
      ]) {
        await fan.page.fill("textarea", text);
        await fan.press("form .button-primary");
        await fan.seeText(".field-wrong", complaint);
      }
      await fan.close();
    });

    it("puts a concert on sale, and a fan finds it", async () => {
      const boss = await open();
      await boss.press('a:has-text("New concert")');
      await boss.press(".new-concert > .button-primary");
      await boss.seeText(".field-wrong", "Please fill this in");
      const [title, artist, venue] = await boss.page.locator(".new-first input").all();
      await title.fill("Blue Hour");
      await artist.fill("Seo Trio");
      await venue.fill("Jazz Alley");
      await boss.seeText(".new-poster .poster-title", "Blue Hour");
      // Sooner than the demo, so that it is on the first page of the list.
      await boss.page.fill(
        ".date-field input",
        new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 16),
      );
      await boss.press('button:has-text("Another date")');
      await boss.press("[data-preset=theatre]");
      await boss.seeText(".plan-end", "680 seats");
      await boss.press(".new-concert > .button-primary");
      await boss.see(".tile");
      await boss.seeText(".sale-date-counts", "680 free");
      assert.equal(await boss.page.locator(".sale-date").count(), 2);
      await boss.close();
      const fan = await Visitor.open(world);
      await fan.page.goto(world.url);
      await fan.press('.card:has-text("Blue Hour") a');
      await fan.seeText(".dates", "680 of 680 seats left");
      await fan.close();
    });

    it("raises max_active and the fan at the door is let in", async () => {
      const { api } = world;
      const concert = await api.createConcert({ title: "Valve", max_active: 1 });
      await api.join(concert, await api.newUser());
      const fan = await Visitor.open(world, { user: await api.newUser() });
      await fan.goTo(`/concerts/${concert.concert_id}/line`);
      await fan.seeText("[data-testid=position]", "1");
      const boss = await open();
      await boss.goTo(`/organiser/concerts/${concert.concert_id}`);
      await boss.seeText("[data-tile=waiting]", "1");
      await boss.seeText("[data-tile=active]", "1 of 1");
      await boss.page.fill("[name=max_active]", "2");
      await boss.press(".limits .button-primary");
      await boss.seeText(".limits .notice", "Applied");
      await fan.see("[data-testid=door]");
      await boss.seeText("[data-tile=active]", "2 of 2");
      await boss.page.fill("[name=max_active]", "1");
      await boss.press(".limits .button-primary");
      await boss.seeText("[data-tile=active]", "2 of 1");
      await boss.page.fill("[name=max_active]", "0");
      await boss.press(".limits .button-primary");
      await boss.seeText(".limits .field-wrong", "At least 1");
      await boss.close();
      await fan.close();
    });

    it("watches seats and money live, and revokes a place with its hold", async () => {
      const { api } = world;
      const concert = await api.createConcert({
        title: "Watched",
        seats: [{ from: 1, to: 20, price: 40_000 }],
      });
      const boss = await open();
      await boss.goTo(`/organiser/concerts/${concert.concert_id}`);
      await boss.seeText(".sale-date-counts", "20 free");
      await api.buy(concert, [1, 2]);
      await boss.seeText("[data-tile=revenue]", "₩80,000");
      await boss.seeText(".sale-date-counts", "2 sold");
      await boss.seeText(".ends", "Paid");
      const fan = await api.join(concert, await api.newUser());
      await api.hold(fan, { date_id: concert.dates[0].date_id, seats: [5] });
      await boss.seeText(".sale-date-counts", "1 held");
      await boss.page.fill(".sale-side form:not(.limits) input", fan.state.token_id);
      await boss.press(".button-danger");
      await boss.seeText(".sale-side .notice", "Revoked");
      await boss.seeText(".sale-date-counts", "0 held");
      await boss.seeText(".ends", "Revoked");
      await boss.reload();
      await boss.seeText("[data-tile=revenue]", "₩80,000");
      await boss.close();
    });
  });
}
