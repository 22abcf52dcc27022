// The wallet: top-ups, payments and refunds.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visitor } from "../support/browser.mjs";

const PRICE = 30_000;

export function money(world) {
  describe("the wallet", () => {
    it("is topped up by what is missing, pays, and gets the money back for a refund", async () => {
      const concert = await world.api.createConcert({
        title: "Encore",
        seats: [{ from: 1, to: 9, section: "Floor", price: PRICE, label: "F-{n}" }],
      });
      const user = await world.api.newUser();
      await world.api.charge(user, 10_000);
      const fan = await Visitor.open(world, { user });
      await fan.enter(concert);
      await fan.pickInList(2);
      await fan.press("[data-testid=hold]");
      await fan.seeText(".checkout-missing", "₩20,000 short");
      await fan.picture("hold-top-up");
      assert.equal(await fan.page.locator(".top-up input").inputValue(), "20000");
      await fan.press("[data-testid=top-up]");
      await fan.press("[data-testid=pay]");
      await fan.seeText(".stub", "Floor, seat F-2");
      await fan.seeText(".chip-balance", "₩0");

      await fan.press('.button-quiet:has-text("Refund")');
      await fan.press("dialog button[value=no]");
      await fan.press('.button-quiet:has-text("Refund")');
      await fan.answerYes();
      await fan.see(".payment[data-status=REFUNDED]");
      await fan.seeGone(".stub");
      await fan.picture("refunded");
      await fan.seeText(".chip-balance", "₩30,000");
      await fan.goTo("/wallet");
      await fan.see(".entry[data-kind=REFUND]");
      const kinds = await fan.page
        .locator(".entry")
        .evaluateAll((entries) => entries.map((entry) => entry.dataset.kind));
      assert.deepEqual(kinds, ["REFUND", "PAYMENT", "CHARGE", "CHARGE"]);
      await fan.close();
    });

    it("that was emptied elsewhere says so at the payment, and the hold stays", async () => {
      const concert = await world.api.createConcert({
        seats: [{ from: 1, to: 9, price: PRICE }],
        dates: 1,
      });
      const other = await world.api.createConcert({ seats: [{ from: 1, to: 9, price: PRICE }] });
      const user = await world.api.newUser();
      await world.api.charge(user, PRICE);
      const fan = await Visitor.open(world, { user });
      await fan.enter(concert);
      await fan.pickInList(1);
      await fan.press("[data-testid=hold]");
      await fan.see("[data-testid=pay]");
      const elsewhere = await world.api.join(other, user);
      const reservation = await world.api.hold(elsewhere, {
        date_id: other.dates[0].date_id,
        seats: [1],
      });
      await world.api.pay(elsewhere, reservation);
      await fan.press("[data-testid=pay]");
      await fan.see(".notice[data-code=insufficient_balance]");
      await fan.press("[data-testid=top-up]");
      await fan.press("[data-testid=pay]");
      await fan.see(".stub .qr svg");
      await fan.close();
    });

    it("refuses invalid amounts in words beside the field", async () => {
      const fan = await Visitor.open(world, { user: await world.api.newUser() });
      await fan.goTo("/wallet");
      await fan.seeText(".empty", "No movement yet");
      for (const [amount, complaint] of [
        ["", "Please fill this in"],
        ["0", "At least 1"],
        ["10000001", "At most 10,000,000"],
      ]) {
        await fan.page.fill(".top-up input", amount);
        await fan.press("[data-testid=top-up]");
        await fan.seeText(".field-wrong", complaint);
      }
      await fan.press('.presets .chip:has-text("₩500,000")');
      await fan.press("[data-testid=top-up]");
      await fan.seeText("[data-testid=balance]", "₩500,000");
      await fan.close();
    });
  });
}
