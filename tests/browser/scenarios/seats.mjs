// Choosing and holding seats: by map, keyboard and list, against other fans and a deadline.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

export function seats(world) {
  async function inside(concert, user) {
    const fan = await Visitor.open(world, { user: user ?? (await world.api.newUser()) });
    await fan.enter(concert);
    return fan;
  }

  describe("choosing seats", () => {
    it("gives a seat that two want to one, and the other keeps the other pick", async () => {
      const concert = await world.api.createConcert({ seats: [{ from: 1, to: 3, price: 1000 }] });
      const [left, right] = [await inside(concert), await inside(concert)];
      await left.pickInList(1, 2);
      await right.pickInList(2, 3);
      await Promise.all([left.press("[data-testid=hold]"), right.press("[data-testid=hold]")]);
      const won = (fan) => fan.see("[data-testid=amount]").then(() => fan);
      const winner = await Promise.any([won(left), won(right)]);
      const loser = winner === left ? right : left;
      const kept = loser === left ? "1" : "3";
      await loser.seeText(".messages .notice", "Somebody was faster: Seat 2");
      await loser.picture("seat-taken");
      assert.equal(await loser.page.locator(".picked li").count(), 1);
      assert.equal(await loser.page.locator(".picked li").getAttribute("data-seat"), kept);
      await loser.press("[data-testid=hold]");
      await loser.see("[data-testid=amount]");
      await left.close();
      await right.close();
    });

    it("shows live which seats others take", async () => {
      const concert = await world.api.createConcert({
        seats: [{ from: 1, to: 5, grade: "S", price: 1000 }],
      });
      const fan = await inside(concert);
      await fan.seeText(".legend", "5 left");
      await fan.pickInList(4);
      const other = await world.api.join(concert, await world.api.newUser());
      await world.api.hold(other, { date_id: concert.dates[0].date_id, seats: [3, 4] });
      await fan.seeText(".legend", "3 left");
      await fan.seeText(".messages .notice", "Seat 4");
      await fan.seeGone(".picked li");
      await fan.close();
    });

    it("is done with the mouse on the map", async () => {
      const concert = await world.api.createConcert({ seats: [{ from: 1, to: 50, price: 1000 }] });
      const fan = await inside(concert);
      const field = await fan.page.locator(".seat-map-field").boundingBox();
      // From the middle of the hall downwards, until the pointer is over a seat.
      let seat = null;
      for (let y = field.y + field.height / 2; !seat && y < field.y + field.height; y += 4) {
        await fan.page.mouse.move(field.x + field.width / 2, y);
        await fan.reachNextFrame();
        seat = await fan.page.evaluate(
          () => document.querySelector(".seat-map-field.over-seat")?.title,
        );
      }
      await fan.page.mouse.down();
      await fan.page.mouse.up();
      await fan.seeText(".picked li", seat.split(",")[0]);
      await fan.close();
    });

    it("is done with the keyboard alone, and speaks the seat under the focus", async () => {
      const concert = await world.api.createConcert({
        seats: [{ from: 1, to: 50, section: "Floor", price: 1000, label: "F-{n}" }],
      });
      const fan = await inside(concert);
      await fan.page.focus(".seat-map-field");
      await fan.seeText(".seat-map [aria-live]", "Floor, seat F-1, grade R, ₩1,000, free");
      await fan.page.keyboard.press("ArrowRight");
      await fan.seeText(".seat-map [aria-live]", "seat F-2,");
      await fan.page.keyboard.press("Enter");
      await fan.seeText(".seat-map [aria-live]", "your pick");
      await fan.page.keyboard.press("ArrowDown");
      await fan.page.keyboard.press("Space");
      assert.equal(await fan.page.locator(".picked li").count(), 2);
      await fan.page.keyboard.press("+");
      await fan.page.keyboard.press("0");
      await fan.page.focus("[data-testid=hold]");
      await fan.page.keyboard.press("Enter");
      await fan.see("[data-testid=amount]");
      await fan.close();
    });

    it("keeps the price and the hold button in sight on a phone", async () => {
      const concert = await world.api.createConcert({});
      const user = await world.api.newUser();
      const fan = await Visitor.open(world, { user, width: 360, height: 740 });
      await fan.enter(concert);
      await fan.pickInList(1, 2);
      await fan.page.evaluate(() => globalThis.scrollTo(0, 0));
      const [act, navigation] = await Promise.all(
        [".summary-act", ".navigation"].map((selector) => fan.page.locator(selector).boundingBox()),
      );
      assert.ok(act.y > 0 && act.y + act.height <= navigation.y, JSON.stringify(act));
      await fan.press("[data-testid=hold]");
      await fan.see("[data-testid=amount]");
      await fan.close();
    });

    it("stops at the limit and at a hold that is open", async () => {
      const concert = await world.api.createConcert({ max_seats_per_user: 2, dates: 2 });
      const fan = await inside(concert);
      await fan.pickInList(1, 2, 3);
      await fan.seeText(".messages .notice", "Up to 2 seats");
      await fan.press("[data-testid=hold]");
      await fan.see("[data-testid=amount]");
      await fan.goTo(`/concerts/${concert.concert_id}/seats/${concert.dates[1].date_id}`);
      await fan.seeText(".waiting-hold", "your seats are held");
      await fan.press("[data-testid=best]");
      await fan.press(".notice[data-code=hold_exists] .button");
      await fan.press('.button-quiet:has-text("Give the seats back")');
      await fan.answerYes();
      await fan.see(".legend li");
      await fan.seeGone(".waiting-hold");
      await fan.close();
    });

    it("keeps the picks and every later step over a reload", async () => {
      const concert = await world.api.createConcert({});
      const fan = await inside(concert);
      await fan.pickInList(7);
      await fan.reload();
      await fan.see('.picked li[data-seat="7"]');
      await fan.press("[data-testid=hold]");
      await fan.see("[data-testid=amount]");
      const address = fan.page.url();
      await fan.reload();
      await fan.see(".hold-clock .countdown");
      assert.equal(fan.page.url(), address);
      await fan.press("[data-testid=top-up]");
      await fan.see("[data-testid=pay]");
      await fan.reload();
      await fan.press("[data-testid=pay]");
      await fan.see(".stub .qr svg");
      await fan.reload();
      await fan.see(".stub .qr svg");
      await fan.goTo("/tickets");
      await fan.reload();
      await fan.see(".stub .qr svg");
      await fan.close();
    });

    it("runs down by the clock of the server, and says when the hold has lapsed", async () => {
      const concert = await world.api.createConcert({ hold_seconds: 300 });
      const user = await world.api.newUser();
      const fan = await Visitor.open(world, { user });
      // The local clock is an hour and a half slow.
      await fan.page.addInitScript(() => {
        const now = Date.now.bind(Date);
        Date.now = () => now() - 5_400_000;
      });
      await fan.enter(concert);
      await fan.press("[data-testid=best]");
      await fan.see("[data-testid=amount]");
      const reservationId = fan.page.url().split("/").at(-1);
      const { held_until: deadline } = await world.api.showReservation(user, reservationId);
      await fan.seeTimeLeft(".hold-clock .countdown", deadline);
      await world.installation.moveDeadline(reservationId, 3000);
      await fan.reload();
      await fan.see("[data-status=EXPIRED]");
      await fan.seeText("[data-status=EXPIRED]", "Nothing was charged");
      await fan.picture("hold-expired");
      await fan.press("[data-status=EXPIRED] .button-primary");
      await fan.see(".line-end[data-reason=HOLD_LAPSED]");
      await fan.press(".line-end .button-primary");
      await fan.see(".legend li");
      await fan.close();
    });

    it("says when a date is not on sale yet", async () => {
      const opens = new Date(Date.now() + 3_600_000).toISOString();
      const concert = await world.api.createConcert({});
      const starts = new Date(Date.now() + 40 * 86_400_000).toISOString();
      const date = await world.api.must("POST", `/admin/concerts/${concert.concert_id}/dates`, {
        token: world.api.adminToken,
        body: { starts_at: starts, sale_opens_at: opens },
      });
      const fan = await inside(concert);
      await fan.goTo(`/concerts/${concert.concert_id}/seats/${date.date_id}`);
      await fan.press("[data-testid=best]");
      await fan.seeText(".notice[data-code=not_on_sale]", "It opens");
      await fan.close();
    });
  });
}
