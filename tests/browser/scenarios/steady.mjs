// Pages that update themselves keep the keyboard focus in place, and notices until they are read.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

export function steady(world) {
  const seats = (n) => [{ from: 1, to: n, price: 10_000 }];

  async function inside(concert, user) {
    const fan = await Visitor.open(world, { user: user ?? (await world.api.newUser()) });
    await fan.enter(concert);
    return fan;
  }

  describe("a page that updates itself", () => {
    it("keeps the focus on a switch of the header and on a link of the bar", async () => {
      const { api } = world;
      const concert = await api.createConcert({ max_active: 1 });
      await api.join(concert, await api.newUser());
      const before = await api.join(concert, await api.newUser());
      const fan = await Visitor.open(world, { user: await api.newUser() });
      await fan.goTo(`/concerts/${concert.concert_id}/line`);
      await fan.seeText("[data-testid=position]", "2");
      await fan.goTo("/wallet");
      // A new page moves the focus to its heading.
      await fan.see('h1:focus:has-text("Wallet")');
      await fan.page.focus(".chip-icon");
      await fan.page.keyboard.press("Enter");
      await fan.see("html[data-theme=dark]");
      await fan.see(".chip-icon:focus");
      await fan.page.focus(".waiting-entry");
      await api.leave(before);
      await fan.seeText(".waiting-entry:focus", "number 1 in line");
      await fan.close();
    });

    it("keeps the focus on the button into the line while others join", async () => {
      const { api } = world;
      const concert = await api.createConcert({ max_active: 1 });
      const fan = await Visitor.open(world);
      await fan.goTo(`/concerts/${concert.concert_id}`);
      await fan.seeText(".concert-way", "Nobody is waiting");
      await fan.page.focus(".concert-way .button-primary");
      for (let i = 0; i < 2; i += 1) await api.join(concert, await api.newUser());
      await fan.seeText(".concert-way", "1 person is waiting");
      await fan.see(".concert-way .button-primary:focus");
      await fan.close();
    });

    it("keeps the focus on the date that an organiser watches", async () => {
      const concert = await world.api.createConcert({ seats: seats(9), dates: 2 });
      const boss = await Visitor.open(world, { organiser: world.api.adminToken });
      await boss.goTo(`/organiser/concerts/${concert.concert_id}`);
      await boss.see("li:nth-child(2) .sale-date");
      await boss.page.focus("li:nth-child(2) .sale-date");
      await boss.page.keyboard.press("Enter");
      await boss.see("li:nth-child(2) .sale-date[aria-pressed=true]");
      await world.api.buy(concert, [1]);
      await boss.seeText("li:nth-child(1) .sale-date", "1 sold");
      await boss.see("li:nth-child(2) .sale-date:focus");
      await boss.close();
    });

    it("moves the focus on when its element is gone", async () => {
      const concert = await world.api.createConcert({ seats: seats(90) });
      const fan = await inside(concert);
      await fan.pickInList(1, 2);
      await fan.page.focus('.picked [data-seat="1"] .remove');
      await fan.page.keyboard.press("Enter");
      await fan.see('.picked [data-seat="2"] .remove:focus');
      await fan.page.focus(".seat-list-box .list-end .button");
      await fan.page.keyboard.press("Enter");
      await fan.see('.seat-row[data-seat="61"]:focus');
      await fan.press("[data-testid=hold]");
      await fan.page.focus("[data-testid=top-up]");
      await fan.page.keyboard.press("Enter");
      await fan.see("[data-testid=pay]:focus");
      await fan.close();
    });

    it("keeps a refusal in sight while the seats are refreshed", async () => {
      const concert = await world.api.createConcert({ seats: seats(9), max_seats_per_user: 1 });
      const user = await world.api.newUser();
      const fan = await inside(concert, user);
      const place = await world.api.join(concert, user);
      await world.api.hold(place, { date_id: concert.dates[0].date_id, seats: [1] });
      await fan.press("[data-testid=best]");
      await fan.see(".notice[data-code=hold_exists]");
      await listings(fan, 3);
      await fan.press(".notice[data-code=hold_exists] .button");
      await fan.see("[data-testid=amount]");
      await fan.close();
    });

    it("announces once that the seats cannot be loaded, and retries", async () => {
      const concert = await world.api.createConcert({ seats: seats(9) });
      const fan = await inside(concert);
      await fan.page.route("**/dates/*/seats", (route) => route.abort());
      const notice = await fan.see(".messages .notice[data-code=offline]");
      await notice.evaluate((element) => element.setAttribute("data-first", ""));
      await listings(fan, 3);
      await fan.see(".messages .notice[data-first]");
      await fan.page.unrouteAll({ behavior: "ignoreErrors" });
      await fan.seeGone(".messages .notice");
      await fan.close();
    });
  });
}

// Waits until the page has asked for its seats `times` times.
async function listings(fan, times) {
  for (let i = 0; i < times; i += 1) {
    const request = await fan.page.waitForRequest("**/dates/*/seats");
    await request.response().catch(() => null);
  }
  assert.ok(!fan.page.isClosed());
}
